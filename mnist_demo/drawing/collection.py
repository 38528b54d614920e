"""Drawings that somebody labelled, kept to teach a network their hand: bounded, checked when read, and to take away."""

import io
import zipfile
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_demo.data import NPZ_FAULTS
from mnist_demo.drawing.ink import FIELD
from mnist_demo.drawing.strokes import DrawingError
from mnist_demo.files import csv_text

MOST = 500
"""Drawings that a collection has room for."""

MAX_BYTES = MOST * (FIELD * FIELD + 1) + 4_096
"""Of a kept collection, which is not compressed."""

CLASSES = 10


@dataclass(frozen=True, eq=False)
class Collection:
    """Labelled drawings in the order in which they came.

    Attributes:
        images: uint8 (n, 28, 28), white ink (255) on black (0).
        labels: uint8 (n,), 0 to 9.

    Raises:
        DrawingError: on construction, when they are not these or more than 500.
    """

    images: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((0, FIELD, FIELD), np.uint8))
    labels: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((0,), np.uint8))

    def __post_init__(self) -> None:
        images, labels = self.images, self.labels
        if images.dtype != np.uint8 or images.shape[1:] != (FIELD, FIELD) or labels.shape != images.shape[:1]:
            raise DrawingError("A collection must hold drawings of 28×28 grey values and a label for each.")
        if labels.dtype != np.uint8 or (len(labels) and labels.max() >= CLASSES):
            raise DrawingError("A collection's labels must be from 0 to 9.")
        if len(labels) > MOST:
            raise DrawingError(f"A collection has room for {MOST} drawings. Take it away and begin a new one.")

    def __len__(self) -> int:
        return len(self.labels)

    def with_drawing(self, image: NDArray[np.uint8], label: int) -> "Collection":
        """The collection and one more.

        Args:
            image: uint8 (28, 28).
            label: 0 to 9.

        Raises:
            DrawingError: when it is full, or this is no labelled drawing.
        """
        if not 0 <= label < CLASSES:
            raise DrawingError("A drawing's label must be from 0 to 9.")
        return Collection(
            np.concatenate([self.images, image[None]]), np.concatenate([self.labels, np.array([label], np.uint8)])
        )

    def without_last(self) -> "Collection":
        """The collection without the drawing that came last; an empty one stays empty."""
        return Collection(self.images[:-1], self.labels[:-1])

    def to_npz(self) -> bytes:
        """A NumPy archive of `images` and `labels`."""
        file = io.BytesIO()
        np.savez(file, allow_pickle=False, images=self.images, labels=self.labels)
        return file.getvalue()

    @classmethod
    def from_npz(cls, content: bytes) -> "Collection":
        """Read what `to_npz` wrote; nothing about it is trusted, and nothing in it can run.

        Raises:
            DrawingError: if it is anything else.
        """
        if len(content) > MAX_BYTES:
            raise DrawingError(f"The kept drawings have {len(content):,} bytes; accepted are {MAX_BYTES:,} at most.")
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                if sum(member.file_size for member in archive.infolist()) > MAX_BYTES:
                    raise DrawingError("The kept drawings are more than a collection has room for.")
            with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
                return cls(arrays["images"], arrays["labels"])
        except DrawingError:
            raise
        except NPZ_FAULTS:
            raise DrawingError("The kept drawings are damaged and cannot be read.") from None

    def to_zip(self) -> bytes:
        """An archive of a PNG for each drawing, and `labels.csv` with the columns `file` and `label`."""
        rows = [(f"{index:03d}_{label}.png", int(label)) for index, label in enumerate(self.labels)]
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr("labels.csv", csv_text([("file", "label"), *rows]))
            for image, (name, _) in zip(self.images, rows, strict=True):
                picture = io.BytesIO()
                Image.fromarray(image).save(picture, "PNG")
                archive.writestr(name, picture.getvalue())
        return content.getvalue()
