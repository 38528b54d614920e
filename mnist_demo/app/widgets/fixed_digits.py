"""The fixed digits that a network reads again and again while it learns, with its answers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_demo.app.widgets.digits import Caption
from mnist_demo.app.words import plural
from mnist_demo.data import MnistData
from mnist_demo.runs.events import FIXED_DIGITS
from mnist_demo.runs.history import DigitAnswers


@dataclass(frozen=True, eq=False)
class FixedDigits:
    """The fixed digits as a page shows them.

    Attributes:
        images: uint8 (n, 28, 28); a small uploaded set can have fewer than twenty validation images.
        captions: The answer under each digit; empty before the first answers.
        spoken: The answer to each digit in words, for visitors who cannot see the picture.
        right: How many answers are right; None before the first answers.
    """

    images: NDArray[np.uint8]
    captions: list[Caption]
    spoken: list[str]
    right: int | None

    def __len__(self) -> int:
        return len(self.images)

    @property
    def many(self) -> str:
        """The number of digits in words."""
        return "Twenty digits" if len(self) == 20 else plural(len(self), "digit")


def fixed_digits(data: MnistData, answered: DigitAnswers | None) -> FixedDigits:
    """Return the fixed digits of data with a network's answers; without answers, so that they are drawn from the start.

    Args:
        data: The data of the run.
        answered: The newest answers; None before the first.
    """
    names = data.class_names
    count = FIXED_DIGITS if answered is None else len(answered.answers)
    images, labels = data.validation.images[:count], data.validation.labels[:count]
    if answered is None:
        return FixedDigits(images, [Caption("")] * len(images), [names[label] for label in labels], None)
    pairs = list(zip(labels.tolist(), answered.answers, strict=True))
    return FixedDigits(
        images,
        [Caption(names[answer][:8], answer == label) for label, answer in pairs],
        [
            f"{names[label]} read right" if label == answer else f"{names[label]} read as {names[answer]}"
            for label, answer in pairs
        ],
        sum(label == answer for label, answer in pairs),
    )
