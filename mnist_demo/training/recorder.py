"""The Keras callback that writes a run's events and snapshots and listens to its control."""

import math
import time
from typing import Any

import numpy as np

from mnist_demo.backend import keras, tf
from mnist_demo.data import Split
from mnist_demo.runs import EventKind, EventWriter, Run, RunState, write_state
from mnist_demo.training.control import Control
from mnist_demo.training.weights import save_weights

MAX_BATCH_EVENTS = 1_500
"""Batch events of one run; longer runs report the mean over several batches."""

DIGITS_EVERY = 0.5
"""Seconds between two looks at the fixed validation digits, at least."""

FIXED_DIGITS = 20
"""How many validation digits are answered throughout: the first ones of the split."""


class StopRequested(Exception):  # noqa: N818 - nothing went wrong
    """Leaves `fit` at a batch boundary; what was learned so far is kept."""


class DivergedError(Exception):
    """The loss is no longer a number; the message says what to change."""


class Recorder(keras.callbacks.Callback):
    """Writes what happens as it happens.

    Args:
        run: where the snapshots go.
        writer: where the events go.
        control: what the outside may ask.
        validation: the split whose first digits are answered throughout.
        batch_size: images per batch.
        images_per_epoch: images per epoch; its last batch may be smaller.
        total_steps: batches of the whole training.
    """

    def __init__(
        self,
        run: Run,
        writer: EventWriter,
        control: Control,
        validation: Split,
        *,
        batch_size: int,
        images_per_epoch: int,
        total_steps: int,
    ) -> None:
        super().__init__()
        self._run = run
        self._writer = writer
        self._control = control
        self._digits = tf.constant(validation.images[:FIXED_DIGITS].astype(np.float32)[..., None] / 255.0)
        self._batch_size = batch_size
        self._images_per_epoch = images_per_epoch
        self._batches_per_event = max(1, math.ceil(total_steps / MAX_BATCH_EVENTS))
        self._steps_per_epoch = math.ceil(images_per_epoch / batch_size)
        self._epoch = 0
        self._step = 0
        self._reported_step = 0
        self._reported = (0, 0.0, 0.0)  # images, summed loss and right answers of the epoch at the last event
        self._digits_due = 0.0

    @property
    def epochs_done(self) -> int:
        """Epochs that were finished and have a snapshot."""
        return self._epoch

    @property
    def is_within_epoch(self) -> bool:
        """Whether batches were learned from since the last snapshot."""
        return self._step > self._epoch * self._steps_per_epoch

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Keep the untrained network and start the clock."""
        self._answer = tf.function(lambda images: self.model(images, training=False))
        save_weights(self._run.folder / "snapshots" / "000.npz", self.model)
        write_state(self._writer, RunState.TRAINING)
        self._answer_digits()
        self._start = time.monotonic()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Keras' running means start again with each epoch."""
        self._reported = (0, 0.0, 0.0)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Report the batches since the last event, look at the digits, and obey."""
        # `batch` is an index: with several steps per execution not every batch is reported.
        self._step = self._epoch * self._steps_per_epoch + batch + 1
        is_last_of_epoch = batch + 1 == self._steps_per_epoch
        if self._reported_step == 0 or is_last_of_epoch or self._step - self._reported_step >= self._batches_per_event:
            self._report(batch, logs or {})
        if time.monotonic() >= self._digits_due:
            self._answer_digits()
        self._obey()

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """A validation pass can be stopped too."""
        self._obey()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Keep the network as it is now and report the epoch."""
        values = logs or {}
        self._epoch = epoch + 1
        save_weights(self._run.folder / "snapshots" / f"{self._epoch:03d}.npz", self.model)
        self._answer_digits()
        self._writer.write(
            EventKind.EPOCH,
            epoch=self._epoch,
            step=self._step,
            images=self._epoch * self._images_per_epoch,
            loss=_rounded(values["loss"]),
            accuracy=_rounded(values["accuracy"]),
            val_loss=_rounded(values["val_loss"]),
            val_accuracy=_rounded(values["val_accuracy"]),
            seconds=self._seconds(),
        )

    def _report(self, batch: int, logs: dict[str, Any]) -> None:
        # Keras gives the means since the epoch began; the difference of two sums is the mean of the batches between.
        images = min((batch + 1) * self._batch_size, self._images_per_epoch)
        summed_loss = float(logs["loss"]) * images
        right = round(float(logs["accuracy"]) * images)
        images_before, loss_before, right_before = self._reported
        fresh = images - images_before
        if not math.isfinite(summed_loss):
            raise DivergedError(
                f"The loss stopped being a number at batch {self._step:,}: the steps were too large. "
                "Try a learning rate ten times smaller."
            )
        self._reported = (images, summed_loss, right)
        self._reported_step = self._step
        self._writer.write(
            EventKind.BATCH,
            step=self._step,
            images=self._epoch * self._images_per_epoch + images,
            loss=_rounded((summed_loss - loss_before) / fresh),
            accuracy=_rounded((right - right_before) / fresh),
            learning_rate=_rounded(float(self.model.optimizer.learning_rate)),
            seconds=self._seconds(),
        )

    def _answer_digits(self) -> None:
        probabilities = self._answer(self._digits).numpy()  # (20, 10)
        self._digits_due = time.monotonic() + DIGITS_EVERY
        self._writer.write(
            EventKind.DIGITS,
            step=self._step,
            answers=probabilities.argmax(axis=1).tolist(),
            confidences=[round(float(p), 4) for p in probabilities.max(axis=1)],
        )

    def _obey(self) -> None:
        if self._control.stop_requested:
            write_state(self._writer, RunState.STOPPING)
            raise StopRequested

    def _seconds(self) -> float:
        return round(time.monotonic() - self._start, 4)


def _rounded(value: float) -> float:
    """Eight significant digits: more than float32 holds, half the bytes of a float64."""
    return float(f"{value:.8g}")
