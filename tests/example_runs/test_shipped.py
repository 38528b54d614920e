"""The example runs in the package are what `python -m mnist_demo.example_runs` makes, and nobody writes into them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mnist_demo.data import load_mnist
from mnist_demo.example_runs import Example, example_run, example_runs
from mnist_demo.example_runs.__main__ import EPOCHS
from mnist_demo.files import SHIPPED, is_shipped, write_atomically
from mnist_demo.inference.predictions import PredictionStore
from mnist_demo.inference.worker import predict
from mnist_demo.jobs.fine_tuning import plan_fine_tuning
from mnist_demo.jobs.jobs import Jobs
from mnist_demo.network import build_model
from mnist_demo.presets import PRESETS
from mnist_demo.runs import (
    Annotations,
    EventWriter,
    Predictions,
    Run,
    RunId,
    RunState,
    create_run,
    keep_predictions,
    read_summary,
    write_annotations,
)
from mnist_demo.runs.predictions import TEST, VALIDATION, read_predictions, snapshot_digest, validation_part
from mnist_demo.training import Continuation, train_more
from mnist_demo.training.weights import load_weights
from tests.jobs.fake_executor import FakeExecutor

MAKE_AGAIN = "The example runs are not those of the presets any more: `python -m mnist_demo.example_runs` makes them."

SAME = 0.002
"""Most that the share of right answers may differ on another machine, 0–1: two of a thousand images."""

examples = pytest.mark.parametrize("example", Example)


def contents() -> dict[Path, bytes]:
    """Return every file below the example runs."""
    return {
        path: path.read_bytes() for path in SHIPPED.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    }


def validation_part_of(run: Run) -> tuple[str, int]:
    count = run.experiment.training.validation_images
    return validation_part(count, len(load_mnist().validation)), count


@examples
def test_an_example_is_a_finished_run_of_its_preset(example: Example) -> None:
    run = example_run(example)
    assert run.is_example
    assert run.experiment == PRESETS[example], MAKE_AGAIN
    assert run.state is RunState.FINISHED
    assert RunId.parse(run.id).begun == run.begun
    history = run.history()
    assert history.progress == 1
    assert len(history.epochs["val_accuracy"]) == run.experiment.training.epochs
    assert history.digits is not None
    assert history.digits.step == history.step
    assert len(history.batches["step"]) <= 300
    assert [int(snapshot.stem) for snapshot in run.snapshots] == list(EPOCHS[example]), MAKE_AGAIN
    assert run.snapshots[-1].stem == f"{run.experiment.training.epochs:03d}"


@examples
def test_the_shipped_weights_answer_as_the_events_and_predictions_say(example: Example) -> None:
    run, data = example_run(example), load_mnist()
    part, count = validation_part_of(run)
    accuracies = dict(zip(run.history().epochs["epoch"], run.history().epochs["val_accuracy"], strict=True))
    images, labels = data.validation.images[:count], data.validation.labels[:count]
    for snapshot in run.snapshots:
        classes = predict(snapshot, images).argmax(axis=1)
        accuracy = float((classes == labels).mean())
        # No event has the accuracy of the untrained network.
        assert accuracy == pytest.approx(accuracies.get(int(snapshot.stem), accuracy), abs=SAME)
        kept = read_predictions(snapshot, part, labels)
        assert kept is not None, snapshot
        assert (kept.classes != classes).mean() <= SAME
    for name, split in ((VALIDATION, data.validation), (TEST, data.test)):
        final = read_predictions(run.newest_snapshot, name, split.labels)
        assert final is not None
        assert final.probabilities is not None
        some = slice(0, 2_000)
        np.testing.assert_allclose(
            final.probabilities[some], predict(run.newest_snapshot, split.images[some]), atol=0.01
        )


def test_the_examples_are_small_and_have_no_other_files() -> None:
    files = set()
    for run in example_runs():
        part, _ = validation_part_of(run)
        answers = {f"predictions/{snapshot.stem}-{part}.npz" for snapshot in run.snapshots}
        last = run.newest_snapshot.stem
        answers |= {f"predictions/{last}-{VALIDATION}.npz", f"predictions/{last}-{TEST}.npz"}
        weights = {f"snapshots/{snapshot.name}" for snapshot in run.snapshots}
        files |= {run.folder / name for name in {"experiment.json", "events.jsonl"} | answers | weights}
    found = {path for path in contents() if path.suffix != ".py"}
    assert found == files
    assert sum(path.stat().st_size for path in found) < 2_000_000


def test_only_the_package_has_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not Run(tmp_path).is_example
    monkeypatch.chdir(SHIPPED.parent)
    assert is_shipped(Path("example_runs") / "codelab")
    assert not is_shipped(Path("runs"))
    with pytest.raises(FileNotFoundError, match=r"python -m mnist_demo\.example_runs"):
        example_run(Example.CODELAB, tmp_path)


def _write_predictions(run: Run) -> None:
    snapshot = run.newest_snapshot
    few = Predictions.of(np.zeros(3, np.uint8), np.full((3, 10), 0.1, np.float32))
    keep_predictions(snapshot, snapshot_digest(snapshot), "few", few)


def _submit(run: Run) -> None:
    executor = FakeExecutor()
    try:
        Jobs(executor, slots=1).submit(run)
    finally:
        executor.close()


@pytest.mark.parametrize(
    "write",
    [
        lambda run: EventWriter(run.events_path),
        lambda run: run.mark(RunState.QUEUED),
        lambda run: write_annotations(run, Annotations(name="mine")),
        lambda run: write_atomically(run.folder / "snapshots" / "011.npz", b""),
        lambda run: create_run(run.folder, PRESETS["fast"]),
        lambda run: train_more(run.folder, load_mnist(), Continuation(epochs=1)),
        _write_predictions,
        _submit,
    ],
    ids=["events", "mark", "annotations", "snapshot", "create", "train more", "predictions", "submit"],
)
def test_whoever_writes_to_an_example_is_refused(write: Callable[[Run], object]) -> None:
    before = contents()
    with pytest.raises(OSError, match="An example run cannot be changed"):
        write(example_run(Example.CODELAB))
    assert contents() == before


def test_reading_an_example_writes_nothing() -> None:
    before, run = contents(), example_run(Example.CODELAB)
    summary = read_summary(run)
    assert summary.learned
    assert summary.test_images == 10_000
    validation = load_mnist().validation[:50]
    made = PredictionStore().get(
        run.newest_snapshot, "fifty", validation, lambda images: predict(run.newest_snapshot, images)
    )
    assert made.predictions().correct_count > 40
    assert not made.keep()
    assert contents() == before


def test_a_copy_of_an_example_can_be_fine_tuned(tmp_path: Path) -> None:
    source = example_run(Example.CANVAS)
    drawings = load_mnist().test[:40]
    planned = plan_fine_tuning(source, drawings, load_mnist())
    copy = create_run(tmp_path / "copy", planned.experiment)
    planned.write(copy)
    assert not copy.is_example
    model = build_model(copy.experiment.network)
    load_weights(copy.initial_path, model)
    images = drawings.images[..., None].astype(np.float32) / 255
    np.testing.assert_allclose(model(images), predict(source.newest_snapshot, drawings.images), atol=1e-5)
