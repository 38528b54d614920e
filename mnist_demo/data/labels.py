"""Labels from outside: bytes 0 to 9, or ten one-hot bytes each."""

import numpy as np
from numpy.typing import NDArray

from mnist_demo.data.errors import DataError
from mnist_demo.dimensions import CLASSES


def checked_labels(where: str, labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return uint8 (n,) labels as they are.

    Raises:
        DataError: If one is above 9.
    """
    wrong = labels >= CLASSES
    if wrong.any():
        first = int(wrong.argmax())
        raise DataError(f"{where} holds the label {labels[first]} for image {first:,}: accepted are 0 to 9.")
    return labels


def labels_from_one_hot(where: str, one_hot: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the labels, uint8 (n,), of one-hot rows (n, 10).

    Raises:
        DataError: If a row is not one 1 and nine 0.
    """
    wrong = (one_hot.max(axis=1) != 1) | (one_hot.sum(axis=1, dtype=np.uint32) != 1)
    if wrong.any():
        first = int(wrong.argmax())
        raise DataError(
            f"{where} holds {one_hot[first].tolist()} for image {first:,}: accepted is one 1 and nine 0 for each image."
        )
    labels: NDArray[np.uint8] = one_hot.argmax(axis=1).astype(np.uint8)
    return labels
