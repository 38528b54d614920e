"""The bundled MNIST, which works at once and offline."""

import threading
from functools import cache
from pathlib import Path

from mnist_demo.data.errors import DataError
from mnist_demo.data.splits import MnistData, Split
from mnist_demo.files import read_npz

MNIST_PATH = Path(__file__).with_name("mnist.npz")
MNIST_SHA256 = "99b6212d8b734503d7fa2e29ea6413bad62226998e56555f4a6b0b30072f1aec"

# The last of the 60,000 training images validate, so that the test images are left to the final evaluation.
VALIDATION_IMAGES = 5_000

_reading = threading.Lock()


def load_mnist(seed: int = 0) -> MnistData:
    """Return MNIST: 55,000 images to train with, 5,000 to validate, 10,000 to test.

    All callers share the pixels, which are read-only and read once (about 0.2 s, 55 MB). Each call returns an object
    with batch orders of its own, so no caller's `next_train_batch` disturbs another's.

    Example:
        >>> from mnist_demo.data import load_mnist
        >>> data = load_mnist()
        >>> data.train.images.shape, data.train.images.dtype, data.train.labels[:5].tolist()
        ((55000, 28, 28), dtype('uint8'), [5, 0, 4, 1, 9])

    Args:
        seed: Decides the order of `next_train_batch` and `next_test_batch`; ≥ 0.

    Returns:
        The data in three splits, which share no image.

    Raises:
        DataError: If the bundled file is missing or damaged.
    """
    # Without the lock, two visitors who come first would each read all of it.
    with _reading:
        train, validation, test = _mnist_splits()
    return MnistData("MNIST", train, validation, test, seed=seed)


@cache
def _mnist_splits() -> tuple[Split, Split, Split]:
    try:
        arrays = read_npz(MNIST_PATH)
        train, test = (Split(arrays[f"x_{part}"], arrays[f"y_{part}"]) for part in ("train", "test"))
    except (OSError, ValueError, KeyError) as error:
        raise DataError(
            f"The bundled {MNIST_PATH.name} cannot be read ({error}): restore it from the repository; "
            f"its SHA-256 is {MNIST_SHA256}."
        ) from error
    return train[:-VALIDATION_IMAGES], train[-VALIDATION_IMAGES:], test
