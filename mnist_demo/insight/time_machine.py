"""A network at the end of each epoch: its first kernels and figures about its predictions."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_demo.dimensions import CLASSES
from mnist_demo.runs.events import FIXED_DIGITS
from mnist_demo.runs.predictions import Predictions


@dataclass(frozen=True, eq=False)
class Frame:
    """A network as one snapshot holds it; every figure is about the same validation images.

    Attributes:
        epoch: The snapshot's number: 0 is the network before its first batch.
        digits: The predicted classes of the fixed digits, uint8 (k,).
        confidences: The probabilities of these classes, float32 (k,), 0–1.
        confusion: Images of each true class (row) by predicted class (column), int64 (10, 10).
        kernels: Pictures of the first layer, float32 (m, side, side); m is 0 for a layer without pictures.
    """

    epoch: int
    digits: NDArray[np.uint8]
    confidences: NDArray[np.float32]
    confusion: NDArray[np.int64]
    kernels: NDArray[np.float32]

    @property
    def images(self) -> int:
        """Return the number of images."""
        return int(self.confusion.sum())

    @property
    def right(self) -> int:
        """Return the number of images that are classified correctly."""
        return int(np.trace(self.confusion))

    @property
    def accuracy(self) -> float:
        """Return the share of images that are classified correctly, 0–1."""
        return self.right / self.images


def make_frame(epoch: int, predictions: Predictions, kernels: NDArray[np.float32] | None = None) -> Frame:
    """Make the frame of a snapshot.

    Args:
        epoch: The snapshot's number.
        predictions: The network's predictions for the validation images.
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
    """Return the kernels of all frames on one scale, int8 (m, side, side), −127–127.

    The largest absolute weight of all frames becomes 127, and a weight of 0 stays 0.
    """
    largest = max((float(np.abs(frame.kernels).max(initial=0.0)) for frame in frames), default=0.0)
    factor = 127.0 / largest if largest > 0 else 0.0
    return [np.round(frame.kernels * factor).astype(np.int8) for frame in frames]
