"""How a run that ended is taken up again."""

from dataclasses import dataclass

from mnist_demo import fields
from mnist_demo.experiment.settings import TrainingSettings

MAX_EPOCHS = 500
"""Epochs of one run, all its continuations together: each leaves a snapshot on the disk."""


@dataclass(frozen=True, kw_only=True)
class Continuation:
    """What is asked of a run that goes on from its last state.

    Raises:
        FieldError: on construction, when a value is not accepted.
    """

    # A run that was interrupted goes on to the end that it had; only one that got there needs to be told how far.
    epochs: int = fields.integer(0, 0, 100, "How many epochs to add to a run that has reached its end.")
    learning_rate: float | None = None

    def __post_init__(self) -> None:
        fields.check(self)
        if self.learning_rate is not None:
            check_learning_rate(self.learning_rate)


def check_learning_rate(rate: float) -> float:
    """A learning rate that somebody asks for while a network learns, as `TrainingSettings` would accept it.

    Raises:
        FieldError: when it is not accepted; the message says what is.
    """
    return TrainingSettings(learning_rate=rate).learning_rate
