"""Find a sheet of paper on a table: when it fills little of a photo, the sheet contrasts, and not its ink."""

import numpy as np
import scipy
from numpy.typing import NDArray
from PIL import Image

from mnist_demo.drawing.photo.blobs import Blob, Mask

_RECTANGULAR = 0.9  # least share of its smallest rectangle that a sheet fills; a filled zero has 0.8
_SOLID = 0.2  # side of a blank square on a sheet, as a share of the sheet's side; no pen is as wide for its digit
_RIM = 2  # pixels at the edge of a sheet that are neither paper nor table
_ANGLES = np.radians(np.arange(0, 90, 3))


def sheet_area(blob: Blob, shape: tuple[int, ...]) -> Mask | None:
    """Return a blob's sheet with its ink and without its rim; None when the blob is no sheet with ink.

    Args:
        blob: A blob of pixels that differ from their surroundings.
        shape: (height, width) of the picture that contains the blob.
    """
    paper = blob.mask(shape)
    # Ink is everything that the paper surrounds.
    sheet: Mask = scipy.ndimage.binary_fill_holes(paper, np.ones((3, 3)))
    left, top, right, bottom = blob.box
    has_ink = bool((sheet & ~paper).any())
    if not has_ink or not _shrunk(paper, max(3, round(_SOLID * max(right - left, bottom - top)))).any():
        return None
    if sheet.sum() < _RECTANGULAR * _smallest_rectangle(sheet):
        return None
    inner = _shrunk(sheet, 2 * _RIM + 1)
    return inner if inner.any() else None


def only_sheet(picture: NDArray[np.uint8], sheet: Mask) -> NDArray[np.uint8]:
    """Return the picture with the sheet's paper in place of everything beside the sheet.

    Args:
        picture: uint8 (height, width).
        sheet: The sheet's pixels, bool (height, width), at least one True.
    """
    height, width = picture.shape
    inside = np.asarray(Image.fromarray(sheet).resize((width, height), Image.Resampling.NEAREST))
    return np.where(inside, picture, np.median(picture[inside]).astype(np.uint8))


def _shrunk(mask: Mask, side: int) -> Mask:
    """Erode the mask with a square of `side` pixels, or one more where `side` is even."""
    fits: Mask = scipy.ndimage.minimum_filter(mask, 2 * (side // 2) + 1, mode="constant", cval=False)
    return fits


def _smallest_rectangle(mask: Mask) -> float:
    """Return the area of the smallest rectangle around a mask, at any angle, in pixels."""
    rows, columns = np.nonzero(mask)
    along = columns[:, None] * np.cos(_ANGLES) + rows[:, None] * np.sin(_ANGLES)
    across = rows[:, None] * np.cos(_ANGLES) - columns[:, None] * np.sin(_ANGLES)
    return float(((np.ptp(along, axis=0) + 1) * (np.ptp(across, axis=0) + 1)).min())
