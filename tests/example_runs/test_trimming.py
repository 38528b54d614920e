"""A trimmed run is small, can be read as before, and has the answers of the whole run."""

from pathlib import Path

import numpy as np
import pytest

from mnist_demo.data import load_mnist
from mnist_demo.example_runs import Example, __main__, example_run
from mnist_demo.example_runs.trimming import MANTISSA_BITS, MOST_BATCH_EVENTS, rounded, thinned, trim
from mnist_demo.experiment import Experiment
from mnist_demo.inference.worker import predict
from mnist_demo.presets import PRESETS
from mnist_demo.runs import EventKind, Run, RunState, final_predictions
from mnist_demo.runs.events import Event
from mnist_demo.runs.history import history_of
from mnist_demo.training import train

RUN_ID = "20260101-120000-abcdef"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a freshly trained run."""
    settings = {"batch_size": 100, "epochs": 2, "train_images": 500, "validation_images": 200}
    asked = PRESETS["codelab"].to_json()
    experiment = Experiment.from_json({**asked, "training": {**asked["training"], **settings}})
    return train(experiment, load_mnist(), tmp_path_factory.mktemp("whole") / RUN_ID)


def test_a_trimmed_run_gives_the_answers_of_the_whole_run(whole: Run, tmp_path: Path) -> None:
    trimmed = trim(whole, tmp_path / RUN_ID, load_mnist(), (0, 2))
    assert trimmed.experiment == whole.experiment
    assert trimmed.state is RunState.FINISHED
    assert [snapshot.stem for snapshot in trimmed.snapshots] == ["000", "002"]
    assert sum(path.stat().st_size for path in (tmp_path / RUN_ID / "snapshots").iterdir()) < 40_000
    before, after = whole.history(), trimmed.history()
    for name, column in before.epochs.items():
        np.testing.assert_array_equal(after.epochs[name], column)
    assert after.plan == before.plan
    assert after.digits == before.digits
    test = load_mnist().test
    answers = predict(whole.newest_snapshot, test.images)
    final = final_predictions(trimmed)
    assert final is not None
    assert final.probabilities is not None
    assert (final.classes != answers.argmax(axis=1)).mean() <= 0.001
    np.testing.assert_allclose(final.probabilities, answers, atol=0.005)


def test_rounding_keeps_the_precision_of_float16() -> None:
    weights = np.random.default_rng(0).normal(0, 0.1, 1_000).astype(np.float32)
    coarse = rounded(weights)
    np.testing.assert_allclose(coarse, weights, rtol=2.0 ** -(MANTISSA_BITS + 1))
    np.testing.assert_array_equal(coarse, weights.astype(np.float16))
    np.testing.assert_array_equal(rounded(np.zeros(3, np.float32)), 0)


def test_thinned_events_tell_of_the_same_training() -> None:
    rng = np.random.default_rng(0)
    events: list[Event] = [{"kind": "state", "time": 0.0, "state": "training"}]
    for step in range(1, 1_001):
        loss, accuracy = map(float, rng.uniform(0, 1, 2))
        # The last batch of each epoch of 100 batches is smaller.
        images = 50 * step - 30 * (step // 100)
        figures = {"loss": loss, "accuracy": accuracy, "learning_rate": 0.01, "seconds": step / 10}
        events.append({"kind": "batch", "time": 0.0, "step": step, "images": images, **figures})
        events.append({"kind": "digits", "time": 0.0, "step": step, "answers": [step % 10], "confidences": [0.5]})
    fewer = thinned(events)
    assert [event["kind"] for event in fewer if event["kind"] != EventKind.BATCH] == ["state", "digits"]
    before, after = history_of(events), history_of(fewer)
    assert after.digits == before.digits
    assert MOST_BATCH_EVENTS / 2 < len(after.batches["step"]) <= MOST_BATCH_EVENTS
    assert after.images_per_second == before.images_per_second
    for name in ("loss", "accuracy"):
        sums = [(np.diff(each.batches["images"], prepend=0) * each.batches[name]).sum() for each in (before, after)]
        assert sums[0] == pytest.approx(sums[1], rel=1e-4)


def test_few_events_stay_as_they_are(whole: Run) -> None:
    batches = [event for event in whole.events() if event["kind"] == EventKind.BATCH]
    assert [event for event in thinned(whole.events()) if event["kind"] == EventKind.BATCH] == batches


def test_the_command_replaces_an_example(whole: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "package"
    former = package / "codelab" / "20250101-120000-abcdef"
    former.mkdir(parents=True)
    monkeypatch.setitem(PRESETS, "codelab", whole.experiment)
    monkeypatch.setitem(__main__.EPOCHS, Example.CODELAB, (0, 2))
    assert __main__.main(["codelab"], package) == 0
    assert not former.exists()
    made = example_run(Example.CODELAB, package)
    assert made.experiment == whole.experiment
    assert made.begun.year >= 2026
    assert [path.name for path in package.iterdir()] == ["codelab"]
