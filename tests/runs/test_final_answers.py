"""The answers of a final network: they come back whole, and only for the network that gave them."""

import os
from pathlib import Path

import numpy as np
import pytest

from mnist_demo.experiment import Experiment
from mnist_demo.runs import FinalAnswers, Run, create_run, keep_final_answers, kept_final_answers
from mnist_demo.runs.final_answers import final_answers_path

LABELS = np.array([3, 1, 4], np.uint8)
PROBABILITIES = np.full((3, 10), 0.02, np.float32)
PROBABILITIES[[0, 1, 2], [3, 1, 5]] = 0.82


@pytest.fixture
def run(tmp_path: Path, small_experiment: Experiment) -> Run:
    run = create_run(tmp_path / "run", small_experiment)
    for epoch in range(3):
        (run.folder / "snapshots" / f"{epoch:03d}.npz").write_bytes(b"weights")
    return run


def test_they_come_back(run: Run) -> None:
    assert kept_final_answers(run) is None
    keep_final_answers(run, run.snapshots[-1], FinalAnswers.of(LABELS, PROBABILITIES))
    kept = kept_final_answers(run)
    assert kept is not None
    assert kept.labels.tolist() == [3, 1, 4]
    assert kept.predictions.tolist() == [3, 1, 5]
    assert kept.confidences.tolist() == pytest.approx([0.82] * 3)
    assert kept.right.tolist() == [True, True, False]
    assert (kept.right_count, len(kept)) == (2, 3)


def test_a_network_that_learned_more_has_none(run: Run) -> None:
    answers = FinalAnswers.of(LABELS, PROBABILITIES)
    keep_final_answers(run, run.snapshots[-1], answers)
    # The same file, written again: a stop within an epoch leaves a snapshot that the whole epoch replaces.
    run.snapshots[-1].unlink()
    (run.folder / "snapshots" / "002.npz").write_bytes(b"Weights")
    os_time = run.snapshots[-1].stat().st_mtime_ns + 1
    os.utime(run.snapshots[-1], ns=(os_time, os_time))
    assert kept_final_answers(run) is None
    keep_final_answers(run, run.snapshots[-1], answers)
    (run.folder / "snapshots" / "003.npz").write_bytes(b"weights")
    assert kept_final_answers(run) is None


@pytest.mark.parametrize("cut", [0, 10, 100, -1])
def test_a_torn_file_is_none(run: Run, cut: int) -> None:
    keep_final_answers(run, run.snapshots[-1], FinalAnswers.of(LABELS, PROBABILITIES))
    path = final_answers_path(run)
    path.write_bytes(path.read_bytes()[:cut])
    assert kept_final_answers(run) is None


def test_a_pickle_is_not_opened(run: Run) -> None:
    np.savez(final_answers_path(run), snapshot=np.array([{}], object))
    assert kept_final_answers(run) is None


@pytest.mark.parametrize(
    ("labels", "predictions", "confidences"),
    [
        ([], [], []),
        ([1, 2], [1], [0.5]),
        ([1], [10], [0.5]),
        ([1], [1], [np.nan]),
        ([1], [1], [1.5]),
    ],
)
def test_what_is_not_accepted(labels: list[int], predictions: list[int], confidences: list[float]) -> None:
    with pytest.raises(ValueError, match=r"accepted|outside"):
        FinalAnswers(np.array(labels, np.uint8), np.array(predictions, np.uint8), np.array(confidences, np.float32))
