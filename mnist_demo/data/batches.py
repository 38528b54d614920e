"""Batches as the codelab hands them out: a walk through a shuffled index."""

import threading
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnist_demo.data.errors import DataError
from mnist_demo.dimensions import CLASSES, PIXELS


class Batch(NamedTuple):
    """Images and labels in the shapes of the codelab's `MnistData`."""

    xs: NDArray[np.float32]
    """float32 (n, 784), 0 to 1."""
    labels: NDArray[np.float32]
    """float32 (n, 10), one-hot."""


class BatchWalk:
    """Walks through images in a shuffled order and shuffles again for each pass.

    Every image comes once in a pass. A batch that reaches the end of a pass takes its rest from the next one,
    so it always has the length asked for. Threads may share a walk: each image still comes once.

    Args:
        images: uint8 (n, 28, 28).
        labels: uint8 (n,), 0 to 9.
        name: What the images are called in an error.
        seed: Whole numbers ≥ 0. Two walks with the same seed give the same batches.
    """

    def __init__(self, images: NDArray[np.uint8], labels: NDArray[np.uint8], name: str, seed: tuple[int, ...]) -> None:
        self._images = images
        self._labels = labels
        self._name = name
        self._random = np.random.default_rng(seed)
        self._order: NDArray[np.intp] = np.empty(0, dtype=np.intp)
        self._position = 0
        self._lock = threading.Lock()

    def next(self, n: int) -> Batch:
        """Return the next `n` images.

        Raises:
            DataError: If `n` is not a whole number from 1 to the number of images.
        """
        size = len(self._labels)
        if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or not 1 <= n <= size:
            raise DataError(f"A batch of {n!r} {self._name} images cannot be given: ask for 1 to {size:,}.")
        chosen = self._next_indices(int(n))
        xs = self._images[chosen].reshape(n, PIXELS).astype(np.float32)
        xs /= 255
        labels = np.eye(CLASSES, dtype=np.float32)[self._labels[chosen]]
        return Batch(xs, labels)

    def _next_indices(self, n: int) -> NDArray[np.intp]:
        with self._lock:
            rest = self._order[self._position : self._position + n]
            self._position += len(rest)
            if len(rest) == n:
                return rest
            self._order = self._random.permutation(len(self._labels))
            self._position = n - len(rest)
            return np.concatenate([rest, self._order[: self._position]])
