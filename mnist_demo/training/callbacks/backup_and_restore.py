"""Saving the state from which a run is resumed; `resuming.py` restores the state."""

import time
from pathlib import Path
from typing import Any

from mnist_demo.training.callbacks.callback import Callback
from mnist_demo.training.callbacks.terminate_on_nan import TerminateOnNaN
from mnist_demo.training.checkpoint import save_checkpoint
from mnist_demo.training.progress import Progress

CHECKPOINT_EVERY = 20.0
"""Seconds between two backups within an epoch, which limit what a crash costs."""


class Backup(Callback):
    """Saves everything that the next batch depends on, after each epoch and within long ones."""

    def __init__(self, progress: Progress, path: Path, divergence: TerminateOnNaN) -> None:
        super().__init__(progress)
        self._path, self._divergence = path, divergence

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Plan the first backup."""
        self._due = time.monotonic() + CHECKPOINT_EVERY

    def on_batches_end(self, count: int, logs: dict[str, Any]) -> None:
        """Save the state when it is due."""
        if time.monotonic() >= self._due:
            self.save()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Save the state, after the epoch's event is written, so a crash between the two only repeats an epoch."""
        self.save()

    def save(self) -> None:
        """Save the state.

        Raises:
            DivergedError: If some weights are not finite.
        """
        self._divergence.check_weights()
        save_checkpoint(self._path, self.model, self.progress.position)
        self._due = time.monotonic() + CHECKPOINT_EVERY
