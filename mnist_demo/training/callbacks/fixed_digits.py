"""The network's predictions for the same few validation digits throughout the training."""

import time
from typing import Any

import numpy as np

from mnist_demo.backend import tf
from mnist_demo.data import Split
from mnist_demo.runs import EventKind, EventWriter
from mnist_demo.runs.events import FIXED_DIGITS
from mnist_demo.training.callbacks.callback import Callback
from mnist_demo.training.progress import Progress

DIGITS_EVERY = 0.5
"""Fewest seconds between two predictions of the fixed digits within an epoch."""


class FixedDigits(Callback):
    """Predicts the fixed digits and writes the predictions to the run's events."""

    def __init__(self, progress: Progress, writer: EventWriter, validation: Split) -> None:
        super().__init__(progress)
        self._writer = writer
        self._digits = tf.constant(validation.images[:FIXED_DIGITS].astype(np.float32)[..., None] / 255.0)
        self._due = 0.0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Make the graph that predicts the digits."""
        self._answer = tf.function(lambda images: self.model(images, training=False), autograph=False)

    def on_batches_end(self, count: int, logs: dict[str, Any]) -> None:
        """Predict the digits when they are due."""
        if time.monotonic() >= self._due:
            self._read()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Predict the digits."""
        self._read()

    def _read(self) -> None:
        probabilities = self._answer(self._digits).numpy()  # (20, 10)
        self._due = time.monotonic() + DIGITS_EVERY
        self._writer.write(
            EventKind.DIGITS,
            step=self.progress.step,
            answers=probabilities.argmax(axis=1).tolist(),
            confidences=[round(float(p), 4) for p in probabilities.max(axis=1)],
        )
