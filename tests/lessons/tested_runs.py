"""Runs with test predictions, made without a training."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_demo.experiment import Experiment
from mnist_demo.runs import EventKind, EventWriter, Predictions, Run, RunState, create_run, keep_predictions
from mnist_demo.runs.predictions import TEST, VALIDATION, snapshot_digest

LABELS = (np.arange(1_000) % 10).astype(np.uint8)
"""The labels of the images that every run is tested on."""


def run_with_tests(
    folder: Path, experiment: Experiment, wrong: Sequence[int] = (0,), *, confidence: float = 0.95
) -> Run:
    """Make a finished run; after its epoch, 98% of its validation answers were right.

    Args:
        folder: The run's folder.
        experiment: The experiment that it trained.
        wrong: The test images that it classifies wrongly; the same of the validation images.
        confidence: The probability of each answer.
    """
    run = create_run(folder, experiment)
    with EventWriter(run.events_path) as writer:
        figures = {"loss": 0.5, "accuracy": 0.985, "val_loss": 0.25, "val_accuracy": 0.98}
        writer.write(EventKind.EPOCH, epoch=1, step=1, images=1, seconds=1.0, learning_rate=0.001, **figures)
    snapshot = run.folder / "snapshots" / "001.npz"
    snapshot.write_bytes(b"weights")
    for part in (TEST, VALIDATION):
        predictions = Predictions.of(LABELS, _probabilities(wrong, confidence))
        keep_predictions(snapshot, snapshot_digest(snapshot), part, predictions)
    run.mark(RunState.FINISHED)
    return run


def _probabilities(wrong: Sequence[int], confidence: float) -> NDArray[np.float32]:
    answers = LABELS.copy()
    answers[list(wrong)] = (answers[list(wrong)] + 1) % 10
    probabilities = np.full((len(LABELS), 10), (1 - confidence) / 9, np.float32)
    probabilities[np.arange(len(LABELS)), answers] = confidence
    return probabilities
