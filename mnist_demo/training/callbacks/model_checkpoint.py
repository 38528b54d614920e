"""The weights on disk: after each epoch, and about once a second within an epoch."""

import time
from typing import Any

from mnist_demo.runs import Run
from mnist_demo.training.callbacks.callback import Callback
from mnist_demo.training.callbacks.terminate_on_nan import TerminateOnNaN
from mnist_demo.training.progress import Progress
from mnist_demo.training.weights import save_weights

LIVE_EVERY = 1.0
"""Fewest seconds between two saves of the weights within an epoch."""

LIVE_SHARE = 0.01
"""Largest share of the training's time, 0–1, that these saves take, so a large network is saved less often."""


class ModelCheckpoint(Callback):
    """Saves a snapshot of the weights before the first batch and after each epoch."""

    def __init__(self, progress: Progress, run: Run) -> None:
        super().__init__(progress)
        self._run = run

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Save the weights that the run begins with."""
        if not self.progress.step:
            self._save(0)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Save the weights."""
        self._save(self.progress.epoch)

    def save_unfinished_epoch(self) -> None:
        """Save the weights within an epoch under the number of that epoch."""
        if self.progress.batch:
            self._save(self.progress.epoch + 1)

    def _save(self, epoch: int) -> None:
        save_weights(self._run.folder / "snapshots" / f"{epoch:03d}.npz", self.model)


class LiveWeights(Callback):
    """Saves the weights about once a second, so that pages need not wait for an epoch's end."""

    def __init__(self, progress: Progress, run: Run, divergence: TerminateOnNaN) -> None:
        super().__init__(progress)
        self._run, self._divergence = run, divergence
        self._due = 0.0

    def on_batches_end(self, count: int, logs: dict[str, Any]) -> None:
        """Save the weights when they are due."""
        if time.monotonic() < self._due:
            return
        self._divergence.check_weights()
        started = time.monotonic()
        save_weights(self._run.live_path, self.model)
        ended = time.monotonic()
        self._due = ended + max(LIVE_EVERY, (ended - started) / LIVE_SHARE)
