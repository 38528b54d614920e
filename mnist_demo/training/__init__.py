"""Learning: the trainer (worker world), and what the server asks of a training."""

from typing import TYPE_CHECKING, Any

from mnist_demo.training.continuation import Continuation
from mnist_demo.training.control import Control

if TYPE_CHECKING:
    from mnist_demo.training.trainer import train, train_more

__all__ = ["Continuation", "Control", "train", "train_more"]


def __getattr__(name: str) -> Any:
    # The import waits for the first use, because the trainer imports Keras and the server imports this package too.
    if name in ("train", "train_more"):
        from mnist_demo.training import trainer

        return getattr(trainer, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
