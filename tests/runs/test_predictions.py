"""Predictions kept with a run: they come back whole, and only for the weights that made them."""

import os
from pathlib import Path

import numpy as np
import pytest

from mnist_demo.experiment import Experiment
from mnist_demo.runs import Predictions, Run, create_run, final_predictions
from mnist_demo.runs.predictions import TEST, keep_predictions, predictions_path, read_predictions, snapshot_digest

LABELS = np.array([3, 1, 4], np.uint8)
PROBABILITIES = np.full((3, 10), 0.02, np.float32)
PROBABILITIES[[0, 1, 2], [3, 1, 5]] = 0.82


@pytest.fixture
def run(tmp_path: Path, small_experiment: Experiment) -> Run:
    run = create_run(tmp_path / "run", small_experiment)
    for epoch in range(3):
        (run.folder / "snapshots" / f"{epoch:03d}.npz").write_bytes(b"weights %d" % epoch)
    return run


def keep(run: Run, part: str = TEST) -> Path:
    snapshot = run.snapshots[-1]
    keep_predictions(snapshot, snapshot_digest(snapshot), part, Predictions(LABELS.copy(), PROBABILITIES.copy()))
    return predictions_path(snapshot, part)


def test_they_come_back(run: Run) -> None:
    assert final_predictions(run) is None
    keep(run)
    kept = final_predictions(run)
    assert kept is not None
    assert kept.labels.tolist() == [3, 1, 4]
    assert kept.classes.tolist() == [3, 1, 5]
    assert kept.confidences.tolist() == pytest.approx([0.82] * 3)
    assert kept.correct.tolist() == [True, True, False]
    assert (kept.correct_count, len(kept)) == (2, 3)
    np.testing.assert_array_equal(kept.probabilities, PROBABILITIES)
    assert read_predictions(run.snapshots[-1], "validation") is None


def test_a_network_that_learned_more_has_none(run: Run) -> None:
    keep(run)
    # A stop within an epoch leaves a snapshot that the whole epoch replaces.
    snapshot = run.snapshots[-1]
    changed = snapshot.stat().st_mtime_ns + 1
    snapshot.write_bytes(b"Weights 2")
    os.utime(snapshot, ns=(changed, changed))
    assert final_predictions(run) is None
    keep(run)
    assert final_predictions(run) is not None
    (run.folder / "snapshots" / "003.npz").write_bytes(b"weights 3")
    assert final_predictions(run) is None


def test_a_copied_run_keeps_them(run: Run) -> None:
    keep(run)
    os.utime(run.snapshots[-1], ns=(1, 1))
    assert final_predictions(run) is not None, "the content counts, not the file's time"


def test_the_files_of_the_former_version_go(run: Run) -> None:
    (run.folder / "answers").mkdir()
    (run.folder / "answers" / "002.npz").touch()
    (run.folder / "test-answers.npz").touch()
    keep(run)
    assert not (run.folder / "answers").exists()
    assert not (run.folder / "test-answers.npz").exists()


def test_a_network_that_diverged_has_predictions_too() -> None:
    found = Predictions(LABELS.copy(), np.full((3, 10), np.nan, np.float32))
    assert not found.classes.any()
    assert not found.confidences.any()


@pytest.mark.parametrize("cut", [0, 10, 100, -1])
def test_a_torn_file_is_none(run: Run, cut: int) -> None:
    path = keep(run)
    path.write_bytes(path.read_bytes()[:cut])
    assert final_predictions(run) is None


def test_a_pickle_is_not_opened(run: Run) -> None:
    path = keep(run)
    np.savez(path, snapshot=np.array([{}], object))
    assert final_predictions(run) is None


@pytest.mark.parametrize(
    ("labels", "probabilities"),
    [
        ([], np.zeros((0, 10))),
        ([1, 2], np.zeros((1, 10))),
        ([10], np.zeros((1, 10))),
        ([1], np.zeros((1, 9))),
        ([1], np.full((1, 10), 1.5)),
        ([1], np.full((1, 10), -0.5)),
        ([1], np.full((1, 10), np.inf)),
    ],
)
def test_what_is_not_accepted(labels: list[int], probabilities: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"accepted|outside"):
        Predictions(np.array(labels, np.uint8), probabilities.astype(np.float32))
