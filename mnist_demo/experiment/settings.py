"""How a network is trained: optimizer, schedule, batches, epochs and augmentation."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mnist_demo import fields
from mnist_demo.experiment.augmentation import Augmentation


class Optimizer(StrEnum):
    """The rule that turns gradients into steps."""

    SGD = "sgd"
    RMSPROP = "rmsprop"
    ADAM = "adam"
    ADAMW = "adamw"


USUAL_LEARNING_RATES = {
    Optimizer.SGD: 0.01,
    Optimizer.RMSPROP: 0.001,
    Optimizer.ADAM: 0.001,
    Optimizer.ADAMW: 0.001,
}
"""The learning rate that Keras 3 gives each optimizer by default; SGD takes ten times larger steps than the others."""

_OPTIMIZERS_OF = {
    "momentum": (Optimizer.SGD,),
    "beta_1": (Optimizer.ADAM, Optimizer.ADAMW),
    "beta_2": (Optimizer.ADAM, Optimizer.ADAMW),
    "weight_decay": (Optimizer.ADAMW,),
}
"""The optimizers that look at a setting, where not all of them do."""


class Schedule(StrEnum):
    """How the learning rate moves from the first batch to the last."""

    CONSTANT = "constant"
    COSINE = "cosine"
    ONE_CYCLE = "one_cycle"


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """The training half of an experiment; every default is Keras' own unless its comment says why not.

    Raises:
        FieldError: If a value is not accepted; the message says what is.
    """

    optimizer: Optimizer = fields.choice(
        Optimizer.ADAM, "The rule that turns gradients into steps. Adam is a safe start; SGD is the classic."
    )
    learning_rate: float = fields.real(
        1e-3,
        1e-6,
        10.0,
        "How far one step goes. Too high and the loss jumps, too low and it crawls.",
        step=1e-4,
    )
    schedule: Schedule = fields.choice(
        Schedule.CONSTANT,
        "Constant keeps the rate; cosine lets it fall to zero; one cycle warms up first and then falls.",
    )
    batch_size: int = fields.integer(128, 8, 1024, "How many images are looked at before each step.", step=8)
    epochs: int = fields.integer(5, 1, 100, "How many times every training image is seen.")
    train_images: int = fields.integer(
        55_000, 10, 100_000, "How many images to learn from: the first ones of the training split.", step=500
    )
    # The codelab looks at 1,000 after each epoch, we look at all of the split.
    validation_images: int = fields.integer(
        5_000, 5, 100_000, "How many unseen images to check against after each epoch.", step=500
    )
    patience: int = fields.integer(
        0, 0, 50, "Early stopping: end after so many epochs without a better validation loss. 0 never does."
    )
    target_accuracy: float = fields.real(
        0.0, 0.0, 1.0, "End as soon as validation accuracy reaches this, such as 0.99. 0 never does.", step=0.01
    )
    momentum: float = fields.real(
        0.9, 0.0, 0.999, "SGD only: how much of the last step is carried into the next one.", step=0.05
    )
    beta_1: float = fields.real(
        0.9, 0.0, 0.999, "Adam and AdamW: how long the average of past gradients remembers.", step=0.05
    )
    beta_2: float = fields.real(
        0.999, 0.0, 0.9999, "Adam and AdamW: how long the average of their squares remembers.", step=0.01
    )
    weight_decay: float = fields.real(
        0.004, 0.0, 1.0, "AdamW only: how strongly weights are pulled towards zero.", step=0.001
    )
    augmentation: Augmentation = fields.nested(Augmentation)

    def __post_init__(self) -> None:
        fields.check(self)

    def to_json(self) -> dict[str, Any]:
        """Return all settings as JSON values."""
        return fields.to_json(self)

    @classmethod
    def from_json(cls, value: object) -> "TrainingSettings":
        """Read the settings in parsed JSON; missing ones take their defaults.

        Raises:
            FieldError: If a field is unknown or a value is not accepted.
        """
        return fields.from_json(cls, value, "training")

    def uses(self, name: str) -> bool:
        """Tell whether a setting has an effect: an optimizer ignores those of the others."""
        return self.optimizer in _OPTIMIZERS_OF.get(name, Optimizer)

    def steps(self, images: int | None = None) -> int:
        """Count the batches of one epoch, a smaller last one included."""
        return -(-(images or self.train_images) // self.batch_size)
