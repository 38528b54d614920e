"""The Keras callback that writes a run's events and snapshots, and the place where training is steered."""

import dataclasses
import math
import time
from typing import Any

import numpy as np

from mnist_demo.backend import keras, tf
from mnist_demo.data import Split
from mnist_demo.experiment.settings import TrainingSettings
from mnist_demo.runs import EventKind, EventWriter, Run, RunState, write_state
from mnist_demo.training.checkpoint import NOTHING, Position, Sums, save_checkpoint
from mnist_demo.training.control import Control
from mnist_demo.training.endings import TOO_FAST, got_no_better, is_reached, reached_target
from mnist_demo.training.optimizers import SteeredRate
from mnist_demo.training.steering import Steering
from mnist_demo.training.weights import save_weights

MAX_BATCH_EVENTS = 1_500
"""Batch events of one run; longer runs report the mean over several batches."""

DIGITS_EVERY = 0.5
"""Seconds between two looks at the fixed validation digits, at least."""

LIVE_EVERY = 1.0
"""Seconds between two keepings of the weights within an epoch, at least."""

LIVE_SHARE = 0.01
"""Share of the training's time that keeping them may take: a large network's are kept more rarely."""

CHECKPOINT_EVERY = 20.0
"""Seconds of a long epoch after which its state is kept: what a crash may cost."""

FIXED_DIGITS = 20
"""How many validation digits are answered throughout: the first ones of the split."""


class DivergedError(Exception):
    """The loss is no longer a number; the message says what to change."""


class Recorder(keras.callbacks.Callback):
    """Writes what happens as it happens, and says how far training may go.

    Args:
        run: where the snapshots and the checkpoint go.
        writer: where the events go.
        control: what the outside may ask.
        validation: the split whose first digits are answered throughout.
        settings: of the training.
        rate: the optimizer's learning rate.
        start: where the training begins or goes on.
    """

    def __init__(
        self,
        run: Run,
        writer: EventWriter,
        control: Control,
        validation: Split,
        settings: TrainingSettings,
        rate: SteeredRate,
        start: Position,
    ) -> None:
        super().__init__()
        self._run = run
        self._writer = writer
        self._steering = Steering(control, writer, self.change_rate, self.stand_here)
        self._digits = tf.constant(validation.images[:FIXED_DIGITS].astype(np.float32)[..., None] / 255.0)
        self._settings = settings
        self._rate = rate
        self._steps_per_epoch = settings.steps()
        epochs = start.last_epoch - start.first_epoch
        self._batches_per_event = max(1, math.ceil(epochs * self._steps_per_epoch / MAX_BATCH_EVENTS))
        self._start = start
        self._epoch = start.epoch
        self._batch = start.batch
        # Sums of the epoch, so far and at the last event.
        self._sums, self._reported = start.sums, start.reported
        self._reported_step = start.reported_step
        self._best_loss, self._waited = start.best_loss, start.waited
        self._target_reached = start.target_reached
        self._digits_due = 0.0
        self._live_due = 0.0
        self.why_ended: str | None = None
        """Why the training ended before its last epoch, when one of its own rules ended it."""

    @property
    def batch(self) -> int:
        """Batches of the current epoch that are done."""
        return self._batch

    @property
    def step(self) -> int:
        """Batches done in all."""
        return self._epoch * self._steps_per_epoch + self._batch

    @property
    def position(self) -> Position:
        """Where the training stands."""
        return dataclasses.replace(
            self._start,
            epoch=self._epoch,
            batch=self._batch,
            seconds=self._seconds(),
            rate_factor=float(self._rate.factor),
            sums=self._sums,
            reported=self._reported,
            reported_step=self._reported_step,
            best_loss=self._best_loss,
            waited=self._waited,
            target_reached=self._target_reached,
        )

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Keep the network as it begins, or take the run up where it was, and start the clock."""
        self._answer = tf.function(lambda images: self.model(images, training=False), autograph=False)
        if not self.step:
            save_weights(self._run.folder / "snapshots" / "000.npz", self.model)
        write_state(self._writer, RunState.TRAINING)
        self._began = time.monotonic()
        self._checkpoint_due = self._began + CHECKPOINT_EVERY

    def allowed(self, most: int) -> int:
        """How many batches may be done now; waits while the training is paused.

        Raises:
            StopRequested: when somebody asks to stop.
        """
        return self._steering.allowed(most)

    def batches_done(self, count: int, logs: dict[str, Any]) -> None:
        """Report the batches since the last event and look at the digits."""
        self._batch += count
        self._sums = self._summed(float(logs["loss"]), float(logs["accuracy"]))
        if not math.isfinite(self._sums[1]):
            raise DivergedError(f"The loss stopped being a number at batch {self.step:,}: {TOO_FAST}")
        is_last_of_epoch = self._batch == self._steps_per_epoch
        is_first = self.step == count
        # While somebody steps from batch to batch, each is worth a point.
        is_due = self.step - self._reported_step >= self._batches_per_event
        if is_due or is_first or is_last_of_epoch or self._steering.is_stepping:
            self._report()
        now = time.monotonic()
        if now >= self._digits_due:
            self._answer_digits()
        if now >= self._live_due:
            self._keep_live()
        if now >= self._checkpoint_due:
            self.keep_state()

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """A validation pass can be stopped and paused too."""
        self._steering.between_steps()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Keep the network as it is now, report the epoch, and see whether it is time to end."""
        values = logs or {}
        # Nothing of such an epoch is kept, so that the run can go on from before it.
        if not math.isfinite(values["val_loss"]):
            raise DivergedError(f"The loss stopped being a number at the end of epoch {epoch + 1:,}: {TOO_FAST}")
        self.check_weights()
        images, summed_loss, right = self._sums
        self._epoch, self._batch = epoch + 1, 0
        self._sums = self._reported = NOTHING
        save_weights(self._run.folder / "snapshots" / f"{self._epoch:03d}.npz", self.model)
        self._answer_digits()
        self._writer.write(
            EventKind.EPOCH,
            epoch=self._epoch,
            step=self.step,
            images=self._epoch * self._settings.train_images,
            loss=_rounded(summed_loss / images),
            accuracy=_rounded(right / images),
            val_loss=_rounded(values["val_loss"]),
            val_accuracy=_rounded(values["val_accuracy"]),
            seconds=self._seconds(),
        )
        self._judge(float(values["val_loss"]), float(values["val_accuracy"]))
        # After the event: a crash between the two repeats an epoch, the other way round its figures would be missing.
        self.keep_state()
        self._steering.epoch_ended()

    def check_weights(self) -> None:
        """To be called before weights are kept: a run goes on from what is kept.

        Raises:
            DivergedError: when some are no numbers; a rectifier makes zeros of them and hides it from the loss.
        """
        if not all(np.isfinite(weights).all() for weights in self.model.get_weights()):
            raise DivergedError(f"Weights stopped being numbers by batch {self.step:,}: {TOO_FAST}")

    def keep_state(self) -> None:
        """Write everything that the next batch depends on.

        Raises:
            DivergedError: when that is of no use to it.
        """
        self.check_weights()
        save_checkpoint(self._run.checkpoint_path, self.model, self.position)
        self._checkpoint_due = time.monotonic() + CHECKPOINT_EVERY

    def _judge(self, loss: float, accuracy: float) -> None:
        """The rules that end a training before its last epoch."""
        settings = self._settings
        improved = self._best_loss is None or loss < self._best_loss
        self._best_loss, self._waited = (loss, 0) if improved else (self._best_loss, self._waited + 1)
        target, images = settings.target_accuracy, settings.validation_images
        if target and not self._target_reached and is_reached(target, accuracy, images):
            self._target_reached = True
            self.why_ended = reached_target(self._epoch, accuracy, target)
        elif settings.patience and self._waited >= settings.patience:
            self.why_ended = got_no_better(self._epoch, self._waited)
        self.model.stop_training = self.why_ended is not None

    def _summed(self, loss: float, accuracy: float) -> Sums:
        """The epoch's sums, from the means over the batches since they were last taken."""
        images_before, loss_before, right_before = self._sums
        images = min(self._batch * self._settings.batch_size, self._settings.train_images)
        fresh = images - images_before
        return images, loss_before + loss * fresh, right_before + round(accuracy * fresh)

    def stand_here(self) -> None:
        """Say and keep where the training stands, before it pauses or stops between two events."""
        if self.step != self._reported_step:
            # The next event is that of an uninterrupted run all the same: it covers these batches too.
            self._write_batch()
        self.keep_state()

    def _report(self) -> None:
        self._write_batch()
        self._reported = self._sums
        self._reported_step = self.step

    def _write_batch(self) -> None:
        images, summed_loss, right = self._sums
        images_before, loss_before, right_before = self._reported
        fresh = images - images_before
        self._writer.write(
            EventKind.BATCH,
            step=self.step,
            images=self._images(),
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
            step=self.step,
            answers=probabilities.argmax(axis=1).tolist(),
            confidences=[round(float(p), 4) for p in probabilities.max(axis=1)],
        )

    def _keep_live(self) -> None:
        self.check_weights()
        started = time.monotonic()
        save_weights(self._run.live_path, self.model)
        ended = time.monotonic()
        self._live_due = ended + max(LIVE_EVERY, (ended - started) / LIVE_SHARE)

    def change_rate(self, rate: float) -> None:
        """Learn at another rate from the next batch on."""
        self._rate.factor.assign(rate / self._settings.learning_rate)
        self._writer.write(EventKind.RATE, step=self.step, images=self._images(), learning_rate=rate)

    def _images(self) -> int:
        of_epoch = min(self._batch * self._settings.batch_size, self._settings.train_images)
        return self._epoch * self._settings.train_images + of_epoch

    def _seconds(self) -> float:
        """Spent training, in this process and before."""
        spent = time.monotonic() - self._began - self._steering.paused_seconds
        return round(self._start.seconds + spent, 4)


def _rounded(value: float) -> float:
    """Eight significant digits: more than float32 holds, half the bytes of a float64."""
    return float(f"{value:.8g}")
