"""A drawing as a small file, so that a refreshed page finds it again: strokes as JSON, checked when they are read."""

import json
from collections.abc import Sequence

import numpy as np

from mnist_demo.drawing.strokes import MAX_POINTS, DrawingError, Stroke, checked_strokes

MAX_BYTES = 40 * MAX_POINTS
"""Most bytes of a kept drawing: two numbers for each point, each to a hundredth of a unit."""

DECIMALS = 2

_STROKES = "strokes"


def drawing_to_json(strokes: Sequence[Stroke]) -> bytes:
    """Write strokes as JSON, rounded to a hundredth of their unit."""
    return json.dumps({_STROKES: [np.round(stroke, DECIMALS).tolist() for stroke in strokes]}).encode()


def drawing_from_json(value: object) -> list[Stroke]:
    """Read the JSON that `drawing_to_json` wrote; the value is checked.

    Returns:
        One float64 (k, 2) for each stroke.

    Raises:
        DrawingError: If the value is anything else.
    """
    if not isinstance(value, dict) or set(value) != {_STROKES}:
        raise DrawingError(f"The kept drawing must have just one field, {_STROKES!r}.")
    return list(checked_strokes(value[_STROKES]))
