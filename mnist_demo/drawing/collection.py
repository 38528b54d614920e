"""A visitor's labelled drawings, kept to fine-tune a network: bounded, checked when read, and exportable."""

import io
import zipfile
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_demo.dimensions import CLASSES
from mnist_demo.drawing.ink import FIELD
from mnist_demo.drawing.strokes import DrawingError
from mnist_demo.files import csv_text, damage_named, pack_npz, unpack_npz

MOST = 500
"""Most drawings in a collection."""

MAX_BYTES = MOST * (FIELD * FIELD + 1) + 4_096
"""Most bytes of a kept collection, which is not compressed."""


@dataclass(frozen=True, eq=False)
class Collection:
    """Labelled drawings in the order in which they were added.

    Attributes:
        images: uint8 (n, 28, 28), white ink (255) on black (0).
        labels: uint8 (n,), 0 to 9.

    Raises:
        DrawingError: On construction, if the arrays are not these or hold more than 500 drawings.
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
        """Return the collection with one drawing more.

        Args:
            image: uint8 (28, 28).
            label: 0 to 9.

        Raises:
            DrawingError: If the collection is full, or the arguments are not a labelled drawing.
        """
        if not 0 <= label < CLASSES:
            raise DrawingError("A drawing's label must be from 0 to 9.")
        return Collection(
            np.concatenate([self.images, image[None]]), np.concatenate([self.labels, np.array([label], np.uint8)])
        )

    def without(self, image: NDArray[np.uint8], label: int) -> "Collection":
        """Return the collection without a labelled drawing; a collection that does not hold it stays as it is.

        Args:
            image: uint8 (28, 28).
            label: 0 to 9.
        """
        others = ~((self.images == image).all(axis=(1, 2)) & (self.labels == label))
        return Collection(self.images[others], self.labels[others])

    def without_last(self) -> "Collection":
        """Return the collection without its last drawing; an empty collection stays empty."""
        return Collection(self.images[:-1], self.labels[:-1])

    def to_npz(self) -> bytes:
        """Return a NumPy archive of `images` and `labels`."""
        return pack_npz({"images": self.images, "labels": self.labels})

    @classmethod
    def from_npz(cls, content: bytes) -> "Collection":
        """Read what `to_npz` wrote; the content is checked, and nothing in it can run.

        Raises:
            DamagedFileError: If the content is anything else.
        """
        name = "The collection"
        with damage_named(name):
            return cls(**unpack_npz(name, io.BytesIO(content), most=MAX_BYTES))

    def to_zip(self) -> bytes:
        """Return a ZIP archive of a PNG for each drawing, and `labels.csv` with the columns `file` and `label`."""
        rows = [(f"{index:03d}_{label}.png", int(label)) for index, label in enumerate(self.labels)]
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr("labels.csv", csv_text([("file", "label"), *rows]))
            for image, (name, _) in zip(self.images, rows, strict=True):
                picture = io.BytesIO()
                Image.fromarray(image).save(picture, "PNG")
                archive.writestr(name, picture.getvalue())
        return content.getvalue()
