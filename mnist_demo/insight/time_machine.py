"""A network at the end of each epoch: its kernels, its answers, and what they add up to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_demo.dimensions import CLASSES
from mnist_demo.runs.events import FIXED_DIGITS
from mnist_demo.runs.predictions import Predictions


@dataclass(frozen=True, eq=False)
class Frame:
    """A network as one snapshot holds it. Every figure is of the same validation images.

    Attributes:
        epoch: the snapshot's number: 0 is the network before its first batch.
        digits: the classes that the fixed digits are read as, uint8 (k,).
        confidences: how confidently, float32 (k,), 0–1.
        confusion: images of each true class (row) read as each class (column), int64 (10, 10).
        kernels: pictures of the first layer, float32 (m, side, side); none where it has none.
    """

    epoch: int
    digits: NDArray[np.uint8]
    confidences: NDArray[np.float32]
    confusion: NDArray[np.int64]
    kernels: NDArray[np.float32]

    @property
    def images(self) -> int:
        """Images that were asked about."""
        return int(self.confusion.sum())

    @property
    def right(self) -> int:
        """Images that were read rightly."""
        return int(np.trace(self.confusion))

    @property
    def accuracy(self) -> float:
        """The share of images that were read rightly, 0–1."""
        return self.right / self.images


def make_frame(epoch: int, predictions: Predictions, kernels: NDArray[np.float32] | None = None) -> Frame:
    """Put a frame together.

    Args:
        epoch: the snapshot's number.
        predictions: what the network answers to the validation images.
        kernels: float32 (m, side, side).
    """
    cells = predictions.labels.astype(np.int64) * CLASSES + predictions.classes
    return Frame(
        epoch,
        predictions.classes[:FIXED_DIGITS],
        predictions.confidences[:FIXED_DIGITS],
        np.bincount(cells, minlength=CLASSES**2).reshape(CLASSES, CLASSES),
        np.zeros((0, 0, 0), np.float32) if kernels is None else kernels,
    )


def kernel_levels(frames: list[Frame]) -> list[NDArray[np.int8]]:
    """The kernels of all frames on one scale, so that they can be compared: int8 (m, side, side), −127–127.

    The largest weight of any frame is 127 and none is 0.
    """
    largest = max((float(np.abs(frame.kernels).max(initial=0.0)) for frame in frames), default=0.0)
    factor = 127.0 / largest if largest > 0 else 0.0
    return [np.round(frame.kernels * factor).astype(np.int8) for frame in frames]
