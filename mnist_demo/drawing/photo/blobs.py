"""Split an area of ink into connected components. SciPy loads its `ndimage` with the first photo."""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

Mask = NDArray[np.bool_]  # (height, width)


@dataclass(frozen=True, eq=False)
class Blob:
    """Pixels of ink that touch each other, corners included.

    Attributes:
        place: The rows and columns of the smallest box around the pixels.
        pixels: Which pixels of the box are the blob's.
    """

    place: tuple[slice, slice]
    pixels: Mask

    @property
    def area(self) -> int:
        """The number of pixels."""
        return int(self.pixels.sum())

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom; right and bottom are exclusive."""
        rows, columns = self.place
        return columns.start, rows.start, columns.stop, rows.stop

    def touches_edge(self, height: int, width: int) -> bool:
        """Tell whether the blob reaches the edge of a picture of this size."""
        left, top, right, bottom = self.box
        return left == 0 or top == 0 or right == width or bottom == height

    def distance_to(self, left: int, top: int, right: int, bottom: int) -> float:
        """Return the distance from the blob's box to another box; 0 when they touch."""
        own_left, own_top, own_right, own_bottom = self.box
        across = max(0, left - own_right, own_left - right)
        down = max(0, top - own_bottom, own_top - bottom)
        return float(np.hypot(across, down))

    def mask(self, shape: tuple[int, ...]) -> Mask:
        """Return a picture of this (height, width) with nothing but the blob."""
        picture = np.zeros(shape, dtype=np.bool_)
        picture[self.place] = self.pixels
        return picture


def blobs(ink: Mask) -> list[Blob]:
    """Split an area of ink, (height, width), into connected components, in the order of their first pixels."""
    names, _ = scipy.ndimage.label(ink, np.ones((3, 3)))
    return [Blob(place, names[place] == name) for name, place in enumerate(scipy.ndimage.find_objects(names), start=1)]
