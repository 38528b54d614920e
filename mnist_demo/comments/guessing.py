"""The figures of guessing, with which a network's figures are compared."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_demo.dimensions import CLASSES
from mnist_demo.evaluation.metrics import wilson_interval
from mnist_demo.runs import History

FEWEST_IMAGES = 100
"""Fewest validation images whose accuracy can be told from guessing."""

_NEAR = 0.99
"""A loss at or above this share of a guess' loss says nothing about the images."""

UNIFORM_LOSS = math.log(CLASSES)
"""The loss of giving each class the same probability, in nats."""


@dataclass(frozen=True)
class Chance:
    """Guessing without looking at the image.

    Attributes:
        images: The number of validation images.
        accuracy: The accuracy of always answering the most frequent class, 0–1.
        loss: The lowest loss of a constant answer: the entropy of the classes, in nats.
    """

    images: int
    accuracy: float
    loss: float

    def explains(self, accuracy: float, loss: float) -> bool:
        """Return whether a network with these validation figures is no better than guessing."""
        if self.images < FEWEST_IMAGES or not math.isfinite(loss):
            return False
        return self._interval_low(accuracy) <= self.accuracy and loss >= _NEAR * self.loss

    def is_beaten_by(self, accuracy: float) -> bool:
        """Return whether an accuracy, 0–1, is above guessing beyond chance."""
        return self.images >= FEWEST_IMAGES and self._interval_low(accuracy) > self.accuracy

    def newest_good_epoch(self, history: History) -> int | None:
        """Return the newest epoch after which the network was better than guessing; None without such an epoch."""
        columns = history.epochs
        good = [
            int(epoch)
            for epoch, accuracy, loss in zip(
                columns["epoch"], columns["val_accuracy"], columns["val_loss"], strict=True
            )
            if math.isfinite(loss) and self.is_beaten_by(accuracy)
        ]
        return good[-1] if good else None

    def _interval_low(self, accuracy: float) -> float:
        right = min(self.images, round(accuracy * self.images))
        return wilson_interval(right, self.images).low


def chance(labels: NDArray[np.integer]) -> Chance:
    """Return the figures of guessing for the labels of validation images, (n,) with n at least 1."""
    shares = np.bincount(labels, minlength=CLASSES) / len(labels)
    entropy = -float(sum(share * math.log(share) for share in shares if share))
    return Chance(len(labels), float(shares.max()), entropy)
