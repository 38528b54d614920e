"""How a run that has ended is continued."""

from dataclasses import dataclass

from mnist_demo import fields
from mnist_demo.experiment.settings import TrainingSettings

MAX_EPOCHS = 500
"""Most epochs of one run, all continuations included, because each epoch leaves a snapshot on the disk."""


@dataclass(frozen=True, kw_only=True)
class Continuation:
    """How far and at which learning rate a run continues from its last state.

    Raises:
        FieldError: On construction, if a value is not accepted.
    """

    # An interrupted run continues to its planned end, so only a run that has reached the end needs more epochs.
    epochs: int = fields.integer(0, 0, 100, "How many epochs to add to a run that has reached its end.")
    learning_rate: float | None = None

    def __post_init__(self) -> None:
        fields.check(self)
        if self.learning_rate is not None:
            check_learning_rate(self.learning_rate)


def check_learning_rate(rate: float) -> float:
    """Return the learning rate of a command, checked as `TrainingSettings` checks it.

    Raises:
        FieldError: If the rate is not accepted; the message says what is.
    """
    return TrainingSettings(learning_rate=rate).learning_rate
