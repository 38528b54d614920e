"""The two rules that end a training before its last epoch."""

from typing import Any

from mnist_demo.runs import StopCode, StopReason
from mnist_demo.training.callbacks.callback import Callback
from mnist_demo.training.progress import Progress


class _Rule(Callback):
    def __init__(self, progress: Progress) -> None:
        super().__init__(progress)
        self.reason: StopReason | None = None
        """Why this rule ended the training."""

    def end(self, reason: StopReason) -> None:
        """End the training after this epoch."""
        self.reason = reason
        self.model.stop_training = True


class TargetAccuracy(_Rule):
    """Ends a training that reaches the target accuracy; a run that is resumed afterwards goes beyond it."""

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Compare the validation accuracy with the target."""
        progress, accuracy = self.progress, float((logs or {})["val_accuracy"])
        target, images = progress.settings.target_accuracy, progress.settings.validation_images
        if target and not progress.target_reached and is_reached(target, accuracy, images):
            progress.target_reached = True
            self.end(
                StopReason(
                    code=StopCode.TARGET_REACHED, epoch=progress.epoch, accuracy=min(accuracy, 1.0), target=target
                )
            )


class EarlyStopping(_Rule):
    """Ends a training whose validation loss has not improved for `patience` epochs."""

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Compare the validation loss with the lowest validation loss so far."""
        progress, loss = self.progress, float((logs or {})["val_loss"])
        improved = progress.best_loss is None or loss < progress.best_loss
        progress.best_loss, progress.waited = (loss, 0) if improved else (progress.best_loss, progress.waited + 1)
        if progress.settings.patience and progress.waited >= progress.settings.patience:
            self.end(StopReason(code=StopCode.NO_IMPROVEMENT, epoch=progress.epoch, waited=progress.waited))


def is_reached(target: float, accuracy: float, images: int) -> bool:
    """Return whether an accuracy is at least the target, both 0–1.

    Args:
        target: The target accuracy.
        accuracy: A float32 of Keras, compared as a count of images, because the float32 nearest to 0.95 is below 0.95.
        images: How many images the accuracy is measured on.
    """
    return round(accuracy * images) / images >= target
