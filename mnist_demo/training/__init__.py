"""Learning: the trainer (worker world) and the queue of training processes (server world)."""

from typing import TYPE_CHECKING, Any

from mnist_demo.training.continuation import Continuation
from mnist_demo.training.control import Control

if TYPE_CHECKING:
    from mnist_demo.training.trainer import train, train_more

__all__ = ["Continuation", "Control", "train", "train_more"]


def __getattr__(name: str) -> Any:
    # Lazily, because the trainer imports Keras and this package is imported by the server too.
    if name in ("train", "train_more"):
        from mnist_demo.training import trainer

        return getattr(trainer, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
