"""Ink on the 28×28 field: drawing strokes with a round pen, and asking where the ink is."""

import numpy as np
from numpy.typing import NDArray

from mnist_demo.drawing.strokes import Stroke, Strokes

FIELD = 28  # pixels; the field runs from 0 to 28, and pixel i from i to i + 1

# Points nearer than this along a stroke are merged before drawing. The line moves by a fraction of it, which
# the eye and the network cannot see, and a slow pen with thousands of points costs no more than a quick one.
STEP = 0.1
# Distances held at a time. About what stays in a core's cache, which makes it faster than all at once.
CHUNK = 100_000


def draw(strokes: Strokes, pen_width: float, pixels: int = FIELD) -> NDArray[np.float32]:
    """Draw strokes on the field with a round pen, anti-aliased.

    A pixel's ink is how far the pen reaches over its middle: full half a pixel inside the pen's edge, none
    half a pixel outside, linear between. That is the covered area for a straight edge along the grid and
    within a few hundredths of it otherwise. It changes continuously with the strokes, which supersampling
    does not.

    Args:
        strokes: in field units, 0 to 28, x right, y down; ink beyond the field is cut off.
        pen_width: in field units.
        pixels: the picture's side; 28 for what a network gets, more for a larger picture of the same.

    Returns:
        float32 (pixels, pixels), 0 (paper) to 1 (ink).
    """
    scale = pixels / FIELD
    starts, ends = _segments([_merged(stroke) for stroke in strokes])
    distance = _distance(starts * scale, ends * scale, pixels)
    ink: NDArray[np.float32] = np.clip(np.float32(pen_width * scale / 2 + 0.5) - distance, 0, 1)
    return ink


def bounding_box(strokes: Strokes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the lowest and the highest (x, y) of the strokes' points, without the width of a pen."""
    points = np.concatenate(strokes)
    return points.min(axis=0), points.max(axis=0)


def centre_of_mass(picture: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the (x, y) about which the ink balances, in pixels from the upper left corner.

    Args:
        picture: (height, width), at least one pixel above 0.

    Returns:
        float64 (2,). A picture with ink in pixel (0, 0) alone has its centre of mass at (0.5, 0.5).
    """
    picture = picture.astype(np.float64)
    height, width = picture.shape
    x = picture.sum(axis=0) @ (np.arange(width) + 0.5)
    y = picture.sum(axis=1) @ (np.arange(height) + 0.5)
    middle: NDArray[np.float64] = np.array([x, y]) / picture.sum()
    return middle


def _merged(stroke: Stroke) -> Stroke:
    """Keep the first point of each STEP along a stroke, and its end."""
    travelled = np.concatenate([[0.0], np.hypot(*np.diff(stroke, axis=0).T).cumsum()])
    keep = np.diff(np.floor(travelled / STEP), prepend=-1) > 0
    keep[-1] = True
    return stroke[keep]


def _segments(strokes: list[Stroke]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the ends of all straight pieces, (s, 2) each; a single point is a piece of no length."""
    starts = [stroke[:-1] if len(stroke) > 1 else stroke for stroke in strokes]
    ends = [stroke[1:] if len(stroke) > 1 else stroke for stroke in strokes]
    return np.concatenate(starts).astype(np.float32), np.concatenate(ends).astype(np.float32)


def _distance(starts: NDArray[np.float32], ends: NDArray[np.float32], pixels: int) -> NDArray[np.float32]:
    """Return the distance from the middle of each pixel to the nearest segment, (pixels, pixels)."""
    middles = np.arange(pixels, dtype=np.float32) + np.float32(0.5)
    nearest = np.full((pixels, pixels), np.inf, dtype=np.float32)
    at_once = max(1, CHUNK // pixels**2)
    for first in range(0, len(starts), at_once):
        start = starts[first : first + at_once]
        along = ends[first : first + at_once] - start  # (s, 2)
        length2 = np.maximum((along**2).sum(axis=1), np.float32(1e-12))
        from_start = (
            middles - start[:, :, None]
        )  # (s, 2, pixels): the x and the y part, apart until they must meet
        share = from_start * (along / length2[:, None])[:, :, None]
        t = np.clip(share[:, 0, None, :] + share[:, 1, :, None], 0, 1)  # (s, pixels, pixels)
        x = from_start[:, 0, None, :] - t * along[:, 0, None, None]
        y = from_start[:, 1, :, None] - t * along[:, 1, None, None]
        np.minimum(nearest, (x * x + y * y).min(axis=0), out=nearest)
    return np.sqrt(nearest)
