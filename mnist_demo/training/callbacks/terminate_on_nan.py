"""The end of a training whose loss or weights are not finite."""

import math
from typing import Any

import numpy as np

from mnist_demo.runs import StopCode, StopReason
from mnist_demo.training.callbacks.callback import Callback


class DivergedError(Exception):
    """The loss or some weights are not finite.

    Args:
        reason: Whether the loss or the weights diverged, and at which batch or epoch.
    """

    def __init__(self, reason: StopReason) -> None:
        super().__init__(str(reason.to_json()))
        self.reason = reason


class TerminateOnNaN(Callback):
    """Raises `DivergedError` before any weights of a diverged network are saved."""

    def on_batches_end(self, count: int, logs: dict[str, Any]) -> None:
        """Check the loss."""
        if not math.isfinite(self.progress.sums[1]):
            raise DivergedError(StopReason(code=StopCode.DIVERGED, batch=self.progress.step))

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Check the validation loss and the weights."""
        if not math.isfinite((logs or {})["val_loss"]):
            raise DivergedError(StopReason(code=StopCode.DIVERGED_IN_VALIDATION, epoch=epoch + 1))
        self.check_weights()

    def check_weights(self) -> None:
        """Check that all weights are finite. Call before saving.

        Raises:
            DivergedError: If some weights are not finite. A rectifier turns them into 0 and hides them from the loss.
        """
        if not all(np.isfinite(weights).all() for weights in self.model.get_weights()):
            raise DivergedError(StopReason(code=StopCode.WEIGHTS_DIVERGED, batch=self.progress.step))
