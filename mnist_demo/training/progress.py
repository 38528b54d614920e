"""The progress of a training: the counts of its callbacks, and its clock."""

import time
from typing import Any

from mnist_demo.experiment.settings import TrainingSettings
from mnist_demo.training.checkpoint import NOTHING, Position, Sums
from mnist_demo.training.optimizers import SteeredRate


class Progress:
    """The counts of a training, which its callbacks share; each callback sets the attributes that it decides on.

    Args:
        start: The place where the training begins or is resumed.
        settings: The training's settings.
        rate: The optimizer's learning rate.
    """

    def __init__(self, start: Position, settings: TrainingSettings, rate: SteeredRate) -> None:
        self.start, self.settings, self.rate = start, settings, rate
        self.steps_per_epoch = settings.steps()
        self.epoch, self.batch = start.epoch, start.batch
        self.sums, self.reported, self.reported_step = start.sums, start.reported, start.reported_step
        self.best_loss, self.waited = start.best_loss, start.waited
        self.target_reached = start.target_reached
        self.epoch_sums: Sums = NOTHING
        """The sums over the last finished epoch."""
        self.paused_seconds = 0.0

    def start_clock(self) -> None:
        """Start counting the seconds."""
        self._began = time.monotonic()

    @property
    def step(self) -> int:
        """Batches done in the whole run."""
        return self.epoch * self.steps_per_epoch + self.batch

    @property
    def images(self) -> int:
        """Training images seen in the whole run, repeats included."""
        return self.epoch * self.settings.train_images + self._images_of_epoch()

    @property
    def seconds(self) -> float:
        """Seconds of training, in this process and before, pauses excluded."""
        return round(self.start.seconds + time.monotonic() - self._began - self.paused_seconds, 4)

    @property
    def position(self) -> Position:
        """The place of the training, for a checkpoint."""
        return Position(
            epoch=self.epoch,
            batch=self.batch,
            first_epoch=self.start.first_epoch,
            last_epoch=self.start.last_epoch,
            seconds=self.seconds,
            rate_factor=float(self.rate.factor),
            sums=self.sums,
            reported=self.reported,
            reported_step=self.reported_step,
            best_loss=self.best_loss,
            waited=self.waited,
            target_reached=self.target_reached,
        )

    def add(self, count: int, logs: dict[str, Any]) -> None:
        """Count batches, and add their means to the epoch's sums."""
        self.batch += count
        images_before, loss_before, right_before = self.sums
        images = self._images_of_epoch()
        fresh = images - images_before
        self.sums = (
            images,
            loss_before + float(logs["loss"]) * fresh,
            right_before + round(float(logs["accuracy"]) * fresh),
        )

    def end_epoch(self) -> None:
        """Count an epoch whose training and validation are done."""
        self.epoch_sums = self.sums
        self.epoch, self.batch = self.epoch + 1, 0
        self.sums = self.reported = NOTHING

    def _images_of_epoch(self) -> int:
        return min(self.batch * self.settings.batch_size, self.settings.train_images)
