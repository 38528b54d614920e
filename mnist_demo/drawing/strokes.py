"""Strokes of a pen, checked and bounded before any other work."""

from collections.abc import Sequence
from typing import TypeGuard

import numpy as np
from numpy.typing import NDArray

# A digit takes a few strokes and a few hundred points. These bounds leave room for a long scribble (a minute of a fast
# pen) and keep the time to redraw the largest drawing well under a second.
MAX_STROKES = 1_000
MAX_POINTS = 10_000
# This bound is far beyond any screen or paper, and small enough that squares and differences stay exact enough.
MAX_COORDINATE = 1e9

Stroke = NDArray[np.float64]  # (k, 2), k >= 1: x to the right, y down
Strokes = tuple[Stroke, ...]


class DrawingError(ValueError):
    """A drawing cannot be made into a digit; the message says why, in one sentence."""


def checked_strokes(strokes: object) -> Strokes:
    """Convert a sequence of strokes into float64 arrays of finite points.

    Args:
        strokes: A sequence of polylines, each a sequence of (x, y), y down, in any unit; or arrays (k, 2).

    Returns:
        The strokes that have a point, in order; float64 (k, 2), copies. Empty if there is none.

    Raises:
        DrawingError: If the value is anything else, its numbers are not finite or beyond ±1e9, or it has more than
            1,000 strokes or 10,000 points.
    """
    if not _is_sequence(strokes):
        raise DrawingError(f"A drawing must be a sequence of strokes, not {type(strokes).__name__}.")
    if len(strokes) > MAX_STROKES:
        raise too_many("strokes", MAX_STROKES)
    checked = []
    points = 0
    for number, stroke in enumerate(strokes, start=1):
        if not _is_sequence(stroke):
            raise DrawingError(f"Stroke {number} must be a sequence of (x, y) points, not {type(stroke).__name__}.")
        points += len(stroke)
        if points > MAX_POINTS:
            raise too_many("points", MAX_POINTS)
        if len(stroke):
            checked.append(_checked_stroke(number, stroke))
    return tuple(checked)


def too_many(what: str, most: int) -> DrawingError:
    """Return the error for a drawing with more strokes or points than can be read."""
    return DrawingError(f"The drawing has more than {most:,} {what}, too many to read. Clear it and start again.")


def _checked_stroke(number: int, stroke: Sequence[object] | NDArray[np.generic]) -> Stroke:
    try:
        points = np.asarray(stroke)
    except ValueError:  # points of different length
        points = np.empty(0)
    if points.ndim != 2 or points.shape[1] != 2 or points.dtype.kind not in "iuf":
        raise DrawingError(f"Stroke {number} must be made of (x, y) points, each two numbers.")
    points = points.astype(np.float64)
    if not np.isfinite(points).all():
        raise DrawingError(f"Stroke {number} has a point that is not finite; every x and y must be a number.")
    if np.abs(points).max() > MAX_COORDINATE:
        raise DrawingError(f"Stroke {number} has a point beyond ±{MAX_COORDINATE:g}, too far out to be drawn.")
    return points


def _is_sequence(value: object) -> TypeGuard[Sequence[object] | NDArray[np.generic]]:
    return isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.ndim > 0)
