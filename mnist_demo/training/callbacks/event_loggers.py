"""The figures of batches and epochs, written to the run's events."""

import math
from typing import Any

from mnist_demo.runs import EventKind, EventWriter
from mnist_demo.training.callbacks.callback import Callback, rounded
from mnist_demo.training.progress import Progress

MAX_BATCH_EVENTS = 1_500
"""Most batch events of a run; in a longer run, an event is the mean over several batches."""


class BatchLogger(Callback):
    """Writes an event every few batches, at an epoch's last batch, and at each batch while a visitor steps."""

    def __init__(self, progress: Progress, writer: EventWriter) -> None:
        super().__init__(progress)
        self._writer = writer
        self.is_stepping = False
        epochs = progress.start.last_epoch - progress.start.first_epoch
        self._batches_per_event = max(1, math.ceil(epochs * progress.steps_per_epoch / MAX_BATCH_EVENTS))

    def on_batches_end(self, count: int, logs: dict[str, Any]) -> None:
        """Write an event when the event is due."""
        progress = self.progress
        is_due = progress.step - progress.reported_step >= self._batches_per_event
        is_first, is_last_of_epoch = progress.step == count, progress.batch == progress.steps_per_epoch
        if is_due or is_first or is_last_of_epoch or self.is_stepping:
            self._write()
            progress.reported, progress.reported_step = progress.sums, progress.step

    def write_unreported(self) -> None:
        """Write the batches since the last event; the next event covers them too, as in an uninterrupted run."""
        if self.progress.step != self.progress.reported_step:
            self._write()

    def _write(self) -> None:
        progress = self.progress
        images, loss, right = progress.sums
        images_before, loss_before, right_before = progress.reported
        fresh = images - images_before
        self._writer.write(
            EventKind.BATCH,
            step=progress.step,
            images=progress.images,
            loss=rounded((loss - loss_before) / fresh),
            accuracy=rounded((right - right_before) / fresh),
            learning_rate=rounded(float(self.model.optimizer.learning_rate)),
            seconds=progress.seconds,
        )


class EpochLogger(Callback):
    """Writes an event after each epoch."""

    def __init__(self, progress: Progress, writer: EventWriter) -> None:
        super().__init__(progress)
        self._writer = writer

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Write the epoch's figures."""
        progress, values = self.progress, logs or {}
        images, loss, right = progress.epoch_sums
        self._writer.write(
            EventKind.EPOCH,
            epoch=progress.epoch,
            step=progress.step,
            images=progress.images,
            loss=rounded(loss / images),
            accuracy=rounded(right / images),
            val_loss=rounded(values["val_loss"]),
            val_accuracy=rounded(values["val_accuracy"]),
            seconds=progress.seconds,
        )
