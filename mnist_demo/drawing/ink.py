"""Ink on the 28×28 field: drawing strokes with a round pen, and measuring where the ink is."""

import numpy as np
from numpy.typing import NDArray

from mnist_demo.dimensions import IMAGE_SIDE
from mnist_demo.drawing.strokes import Stroke, Strokes

FIELD = IMAGE_SIDE  # pixels; the field runs from 0 to 28, and pixel i from i to i + 1

# Points nearer than this along a stroke are merged before drawing. The line moves by less than that, which neither the
# eye nor the network can see, so a slow pen costs no more than a quick one.
STEP = 0.05  # pixels of the field
FINER = 2  # side of the grid of points at which a pixel's ink is measured
TOGETHER = 12  # neighbouring pieces of a stroke that are measured at once


def draw(strokes: Strokes, pen_width: float, pixels: int = FIELD) -> NDArray[np.float32]:
    """Draw strokes on the field with a round pen, anti-aliased.

    At each of four points in a pixel the ink is how far the pen reaches over it, from none a quarter of a
    pixel outside the pen's edge to full a quarter inside. Their mean is within a few hundredths of the
    covered area, and changes continuously with the strokes, which counting points inside and outside would
    not. A pen thinner than half a pixel leaves a line of that width, fainter by as much.

    Args:
        strokes: In field units, 0 to 28, x right, y down; ink beyond the field is cut off.
        pen_width: In field units.
        pixels: The picture's side; 28 for what a network gets, more for a larger picture of the same.

    Returns:
        float32 (pixels, pixels), 0 (paper) to 1 (ink).
    """
    fine = pixels * FINER
    scale = fine / FIELD
    width, strength = max(pen_width * scale, 1.0), np.float32(min(pen_width * scale, 1.0))
    reach = (width + 1) / 2
    starts, ends = _pieces([_merged(stroke) for stroke in strokes])
    near = _distance(starts * scale, ends * scale, fine, reach)
    ink = np.clip(np.float32(reach) - near, 0, 1) * strength
    picture: NDArray[np.float32] = ink.reshape(pixels, FINER, pixels, FINER).mean(axis=(1, 3))
    return picture


def bounding_box(strokes: Strokes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the lowest and the highest (x, y) of the strokes' points, without the width of a pen."""
    points = np.concatenate(strokes)
    return points.min(axis=0), points.max(axis=0)


def centre_of_mass(picture: NDArray[np.floating] | NDArray[np.integer]) -> NDArray[np.float64]:
    """Return the (x, y) about which the ink balances, in pixels from the upper left corner.

    Args:
        picture: (height, width), at least one pixel above 0.

    Returns:
        float64 (2,). A picture with ink in pixel (0, 0) alone has its centre of mass at (0.5, 0.5).
    """
    ink = picture.astype(np.float64)
    height, width = ink.shape
    x = ink.sum(axis=0) @ (np.arange(width) + 0.5)
    y = ink.sum(axis=1) @ (np.arange(height) + 0.5)
    middle: NDArray[np.float64] = np.array([x, y]) / ink.sum()
    return middle


def _merged(stroke: Stroke) -> Stroke:
    """Keep the first point of each STEP along a stroke, and its end."""
    travelled = np.concatenate([[0.0], np.hypot(*np.diff(stroke, axis=0).T).cumsum()])
    keep = np.diff(np.floor(travelled / STEP), prepend=-1) > 0
    keep[-1] = True
    return stroke[keep]


def _pieces(strokes: list[Stroke]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the ends of all straight pieces, (s, 2) each; a single point is a piece of no length."""
    starts = [stroke[:-1] if len(stroke) > 1 else stroke for stroke in strokes]
    ends = [stroke[1:] if len(stroke) > 1 else stroke for stroke in strokes]
    return np.concatenate(starts).astype(np.float32), np.concatenate(ends).astype(np.float32)


def _distance(starts: NDArray[np.float32], ends: NDArray[np.float32], pixels: int, reach: float) -> NDArray[np.float32]:
    """Return the distance from each pixel's middle to the nearest piece, (pixels, pixels).

    Where it is more than `reach` it may be anything more, and where it is less than `reach - 1` it may be too much, but
    no more than that.
    """
    middles = np.arange(pixels, dtype=np.float32) + np.float32(0.5)
    nearest = np.full((pixels, pixels), np.inf, dtype=np.float32)
    inked = np.float32(max(reach - 1, 0) ** 2)
    for first in range(0, len(starts), TOGETHER):
        start, end = starts[first : first + TOGETHER], ends[first : first + TOGETHER]
        low = np.minimum(start, end).min(axis=0) - reach
        high = np.maximum(start, end).max(axis=0) + reach
        (left, top), (right, bottom) = np.clip([low, high + 1], 0, pixels).astype(int).tolist()
        part = nearest[top:bottom, left:right]
        # Pixels that are full of ink are skipped, so little of a scribble is left to measure.
        rows, columns = np.nonzero(part > inked)
        along = (end - start).T[:, :, None]  # (2, s, 1)
        per_length2 = along / np.maximum((along**2).sum(axis=0), np.float32(1e-12))
        x = middles[left:right][columns] - start[:, 0, None]  # (s, open pixels): from the start of each piece
        y = middles[top:bottom][rows] - start[:, 1, None]
        t = np.clip(x * per_length2[0] + y * per_length2[1], 0, 1)
        squared = (x - t * along[0]) ** 2 + (y - t * along[1]) ** 2
        part[rows, columns] = np.minimum(part[rows, columns], squared.min(axis=0))
    distance: NDArray[np.float32] = np.sqrt(nearest)
    return distance
