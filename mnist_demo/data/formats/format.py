"""The two kinds of file format that data come in."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

import numpy as np
from numpy.typing import NDArray

from mnist_demo.data.splits import Split


class Part(Enum):
    """What a file of a `PairFormat` holds."""

    IMAGES = auto()
    LABELS = auto()


@dataclass(frozen=True)
class WholeFormat:
    """A format with images and labels in one file.

    Attributes:
        accepted: The files in a few words, for a message: "one Keras .npz".
        matches: Tells from a file's content whether the file has this format.
        read: Reads a file by its name and content: the training set, and the test set or None; raises `DataError`.
    """

    accepted: str
    matches: Callable[[bytes], bool]
    read: Callable[[str, bytes], tuple[Split, Split | None]]


@dataclass(frozen=True)
class PairFormat:
    """A format with one file of images and one of labels.

    Attributes:
        accepted: The files in a few words, for a message.
        part: Tells from a file's name and content what the file holds; None for a file of another format; raises
            `DataError` for a file of this format that holds neither.
        read_images: Reads a file of images: uint8 (n, 28, 28); raises `DataError`.
        read_labels: Reads a file of labels, given the number of images: uint8 (n,); raises `DataError`.
        has_bare_labels: Whether a file of labels cannot be told from any other file, so that an unknown file beside
            images of this format counts as their labels.
    """

    accepted: str
    part: Callable[[str, bytes], Part | None]
    read_images: Callable[[str, bytes], NDArray[np.uint8]]
    read_labels: Callable[[str, bytes, int], NDArray[np.uint8]]
    has_bare_labels: bool = False
