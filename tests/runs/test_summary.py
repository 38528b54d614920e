"""The summary of a run is correct, kept, computed again when the run changes, and never an error."""

import json
from pathlib import Path

import numpy as np
import pytest

from mnist_demo.experiment import Experiment
from mnist_demo.runs import EventKind, EventWriter, Predictions, Run, RunState, create_run, keep_predictions
from mnist_demo.runs import read_summary as read
from mnist_demo.runs import summary as module
from mnist_demo.runs.predictions import TEST, snapshot_digest


def write_epoch(run: Run, epoch: int, val_accuracy: float) -> None:
    with EventWriter(run.events_path) as writer:
        writer.write(
            EventKind.EPOCH,
            epoch=epoch,
            step=5 * epoch,
            images=500 * epoch,
            loss=0.5,
            accuracy=0.5,
            val_loss=0.5,
            val_accuracy=val_accuracy,
            seconds=2.0 * epoch,
        )


@pytest.fixture
def run(tmp_path: Path, small_experiment: Experiment) -> Run:
    run = create_run(tmp_path / "run", small_experiment)
    with EventWriter(run.events_path) as writer:
        writer.write(EventKind.PLAN, epochs=2, steps_per_epoch=5, images_per_epoch=500, parameters=7)
    for epoch in range(3):
        (run.folder / "snapshots" / f"{epoch:03d}.npz").write_bytes(b"weights")
    write_epoch(run, 1, 0.9)
    write_epoch(run, 2, 0.8)
    run.mark(RunState.FINISHED)
    return run


def test_the_summary_has_the_figures_of_the_events(run: Run) -> None:
    found = read(run)
    assert (found.state, found.epochs_done, found.epochs_planned) == (RunState.FINISHED, 2, 2)
    assert (found.images, found.seconds, found.validation_accuracy) == (1000, 4.0, 0.8)
    assert found.learned
    assert found.rate_changes == 0
    assert found.test_accuracy is None


def test_the_events_are_read_once(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    first = read(run)
    module._summary.cache_clear()
    monkeypatch.setattr(Run, "history", lambda run: pytest.fail("the events were read again"))
    assert read(run) == first


def test_a_changed_learning_rate_is_noticed(run: Run) -> None:
    with EventWriter(run.events_path) as writer:
        writer.write(EventKind.RATE, step=3, images=300, learning_rate=0.01)
    assert read(run).rate_changes == 1


def test_a_test_result_and_another_epoch_are_noticed(run: Run) -> None:
    read(run)
    labels, probabilities = np.zeros(4, np.uint8), np.eye(10, dtype=np.float32)[[0, 0, 0, 1]]
    snapshot = run.snapshots[-1]
    keep_predictions(snapshot, snapshot_digest(snapshot), TEST, Predictions.of(labels, probabilities))
    assert read(run).test_accuracy == 0.75
    # After more training, the test result belongs to an earlier network.
    (run.folder / "snapshots" / "003.npz").write_bytes(b"weights")
    write_epoch(run, 3, 0.95)
    assert (read(run).epochs_done, read(run).validation_accuracy, read(run).test_accuracy) == (3, 0.95, None)


def test_the_summary_of_an_active_run_is_not_written(run: Run) -> None:
    run.mark(RunState.TRAINING)
    assert read(run).state is RunState.TRAINING
    assert not (run.folder / "summary.json").exists()


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"version": 2, "sources": [], "summary": {}}', b"[" * 3000])
def test_a_damaged_summary_is_computed_again(run: Run, content: bytes) -> None:
    first = read(run)
    path = run.folder / "summary.json"
    kept = json.loads(path.read_text())
    spoiled = [
        {"state": "spell"},
        *({**kept["summary"], name: value} for name in kept["summary"] for value in ("x", -1, [1])),
    ]
    for damaged in (content, *(json.dumps({**kept, "summary": summary}).encode() for summary in spoiled)):
        path.write_bytes(damaged)
        module._summary.cache_clear()
        assert read(run) == first


def test_an_empty_folder_has_a_summary(tmp_path: Path) -> None:
    found = read(Run(tmp_path / "nothing"))
    assert (found.state, found.learned, found.validation_accuracy) == (RunState.QUEUED, False, None)
