"""How the strokes of a drawing are arranged: one digit, several digits side by side, or a digit in a box or circle.

A drawing is several digits only when its parts stand apart, are about equally tall, and each is a digit by itself to
the detector. A 4 or a 5 that is drawn in two strokes has a part that is no digit, or parts that are close together.
"""

from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise

import numpy as np
import scipy.ndimage
import scipy.sparse.csgraph
import scipy.spatial.distance
from numpy.typing import NDArray

from mnist_demo.drawing.decidedness import is_clear
from mnist_demo.drawing.detector import detect
from mnist_demo.drawing.digit import digit_from_strokes
from mnist_demo.drawing.ink import bounding_box, draw
from mnist_demo.drawing.strokes import Stroke, Strokes

LEAST_GAP = 0.08
"""Least distance between two digits, as a share of the drawing's height, from the middle of one line to the other's."""

LEAST_HEIGHT = 0.5
"""Least height of each digit, as a share of the tallest digit's height; a lower part belongs to its neighbour."""

MOST_OVERLAP = 0.3
"""Most width that two digits side by side share, as a share of the narrower digit's width; slanted digits overlap."""

LEAST_INSIDE = 0.25
"""Least height of the digit in a box, as a share of the box's height."""

MOST_BOX_STROKES = 4
"""Most strokes of a box."""

LEAST_SHARE_INSIDE = 0.95
"""Least share of the digit's points that the box encloses."""

SLASH_SLANT, SLASH_STRAIGHTNESS = 0.4, 0.9
"""Least width of a slash as a share of its height, and least distance of its ends as a share of its length."""

_BOX_SIDE, _BOX_MARGIN = 24.0, 2.0
"""Side of the box and margin around it, in pixels of 28, for the search of its inside."""

_BOX_PEN = 1.6
"""Width of the pen that draws the box for the search of its inside, in pixels of 28; it closes small gaps."""

MOST_STROKES, MOST_LENGTH = 40, 25.0
"""Most strokes, and most length in longer sides of the drawing, that are compared; more is a scribble or dots."""

_SPACING = 0.02
"""Distance of neighbouring points when strokes are compared, as a share of the drawing's longer side."""


class Arrangement(StrEnum):
    """How the strokes of a drawing are arranged."""

    ONE = "one"
    SIDE_BY_SIDE = "side by side"
    ENCLOSED = "enclosed"


def arrangement_of(strokes: Strokes, pen_width: float, *, is_photo: bool = False) -> Arrangement:
    """Tell one digit from several digits side by side and from a digit in a box or circle.

    Args:
        strokes: At least one stroke, each float64 (k, 2), x right, y down.
        pen_width: The width of the pen that drew, in the strokes' unit.
        is_photo: Whether the strokes were followed on a photo, whose ink is cut into many strokes in no order.
    """
    if len(strokes) < 2:
        return Arrangement.ONE
    low, high = bounding_box(strokes)
    size = float((high - low).max())
    length = sum(float(np.hypot(*np.diff(stroke, axis=0).T).sum()) for stroke in strokes)
    if size < 2 * pen_width or len(strokes) > MOST_STROKES or length > MOST_LENGTH * size:
        return Arrangement.ONE
    most_box_strokes = 0 if is_photo else MOST_BOX_STROKES
    dense = [_resampled(stroke, _SPACING * size) for stroke in strokes]
    if _is_enclosed(strokes, dense, pen_width, most_box_strokes):
        return Arrangement.ENCLOSED
    if _stand_side_by_side(strokes, dense, pen_width):
        return Arrangement.SIDE_BY_SIDE
    return Arrangement.ONE


def _is_enclosed(strokes: Strokes, dense: list[Stroke], pen_width: float, most_box_strokes: int) -> bool:
    """Tell whether some strokes are a box or a circle around a digit: the first, the last, or those that touch."""
    distances = _distances(dense)
    widest = max(range(len(dense)), key=lambda index: float(np.ptp(_box([dense[index]]), axis=0).prod()))
    touching = _groups(distances <= pen_width)
    candidates = [set(np.flatnonzero(touching == touching[widest]).tolist())]
    for count in range(1, min(most_box_strokes, len(strokes) - 1) + 1):
        candidates += [set(range(count)), set(range(len(strokes) - count, len(strokes)))]
    for outside in candidates:
        inside = [index for index in range(len(strokes)) if index not in outside]
        if (
            inside
            and _encloses([dense[index] for index in outside], [dense[index] for index in inside])
            and not (len(inside) == 1 and _is_slash(dense[inside[0]]))
            and _is_digit([strokes[index] for index in inside])
        ):
            return True
    return False


def _is_slash(stroke: Stroke) -> bool:
    """Tell whether a stroke is a slanted line, which inside a ring is the slash of a zero and not a 1."""
    across, down = np.abs(stroke[-1] - stroke[0])
    length = float(np.hypot(*np.diff(stroke, axis=0).T).sum())
    return bool(across >= SLASH_SLANT * down and np.hypot(across, down) >= SLASH_STRAIGHTNESS * length)


def _encloses(box: list[Stroke], digit: list[Stroke]) -> bool:
    low, high = bounding_box(tuple(box))
    points = np.concatenate(digit)
    inner_low, inner_high = points.min(axis=0), points.max(axis=0)
    if not (low < inner_low).all() or not (inner_high < high).all():
        return False
    if inner_high[1] - inner_low[1] < LEAST_INSIDE * (high[1] - low[1]):
        return False
    side = float((high - low).max())
    field = tuple((stroke - low) * (_BOX_SIDE / side) + _BOX_MARGIN for stroke in box)
    closed = scipy.ndimage.binary_fill_holes(draw(field, _BOX_PEN) > 0)
    # What the line itself covers is no inside, except where the digit touches the line.
    column, row = np.floor((points - low) * (_BOX_SIDE / side) + _BOX_MARGIN).astype(int).T
    return bool(closed[row, column].mean() >= LEAST_SHARE_INSIDE)


def _stand_side_by_side(strokes: Strokes, dense: list[Stroke], pen_width: float) -> bool:
    """Tell whether the drawing has two or more parts from left to right that are each a digit."""
    height = float(np.ptp(np.concatenate(dense)[:, 1]))
    parts = _parts(dense, max(pen_width, LEAST_GAP * height))
    boxes = [_box([dense[index] for index in part]) for part in parts]
    order = sorted(range(len(parts)), key=lambda number: float(boxes[number][:, 0].mean()))
    for left, right in pairwise(order):
        overlap = boxes[left][1, 0] - boxes[right][0, 0]
        narrower = min(float(np.ptp(boxes[number][:, 0])) for number in (left, right))
        if overlap > max(MOST_OVERLAP * narrower, 0):
            return False
    return len(parts) > 1 and all(_is_digit([strokes[index] for index in part]) for part in parts)


def _parts(dense: list[Stroke], gap: float) -> list[list[int]]:
    """Group strokes, by their indices, into parts that stand apart; a low part belongs to the nearest tall part."""
    distances = _distances(dense)
    names = _groups(distances <= gap)
    parts = [np.flatnonzero(names == name).tolist() for name in range(names.max() + 1)]
    heights = [float(np.ptp(np.concatenate([dense[index] for index in part])[:, 1])) for part in parts]
    tall = [list(part) for part, height in zip(parts, heights, strict=True) if height >= LEAST_HEIGHT * max(heights)]
    nearest = np.array([distances[:, part].min(axis=1) for part in tall]).argmin(axis=0)
    return [np.flatnonzero(nearest == number).tolist() for number in range(len(tall))]


def _distances(dense: list[Stroke]) -> NDArray[np.float64]:
    """Return the least distance between each two strokes, (n, n)."""
    points, starts = np.concatenate(dense), np.cumsum([0, *(len(stroke) for stroke in dense[:-1])])
    apart = scipy.spatial.distance.cdist(points, points)
    least: NDArray[np.float64] = np.minimum.reduceat(np.minimum.reduceat(apart, starts, axis=0), starts, axis=1)
    return least


def _groups(are_near: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Return the number of each stroke's group, (n,), from what strokes are near each other, (n, n)."""
    names: NDArray[np.int32] = scipy.sparse.csgraph.connected_components(are_near, directed=False)[1]
    return names


def _box(strokes: Sequence[Stroke]) -> NDArray[np.float64]:
    return np.stack(bounding_box(tuple(strokes)))


def _resampled(stroke: Stroke, spacing: float) -> Stroke:
    """Return points along a stroke, at most `spacing` apart."""
    if len(stroke) < 2:
        return stroke
    travelled = np.concatenate([[0.0], np.hypot(*np.diff(stroke, axis=0).T).cumsum()])
    places = np.linspace(0, travelled[-1], int(np.ceil(travelled[-1] / spacing)) + 1)
    return np.stack([np.interp(places, travelled, axis) for axis in stroke.T], axis=1)


def _is_digit(strokes: Sequence[Stroke]) -> bool:
    return is_clear(detect(digit_from_strokes(strokes)))
