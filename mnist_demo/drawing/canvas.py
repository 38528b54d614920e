"""Convert between strokes and the JSON of streamlit-drawable-canvas 0.13.

The canvas's `json_data` is a drawing as Fabric.js 7 writes it. A stroke of the pen is an object of the type
"Path", whose `path` holds the commands ["M", x, y], ["Q", control x, control y, x, y] and ["L", x, y] in canvas
pixels. The canvas's edit tools are hidden, so a path lies where it was drawn; a stretched or turned one is refused.
"""

from collections.abc import Sequence
from math import ceil, hypot, isfinite, sqrt
from typing import Any

import numpy as np

from mnist_demo.drawing.strokes import MAX_COORDINATE, MAX_POINTS, MAX_STROKES, DrawingError, Stroke, too_many

FLATNESS = 0.05
"""Greatest distance between a curve and the straight pieces that replace it, in canvas pixels."""

MOST_PIECES = 100
"""Most straight pieces of one curve. The pen's curves join neighbouring positions and need one to four."""

SMALLEST = 0.25
"""Shortest stroke in canvas pixels. A shorter one is a click, which the canvas draws as a line of a few hundredths."""

CLICK = 0.02
"""Length of the line that `canvas_from_strokes` draws for a click, in canvas pixels."""

COMMANDS = {"M": 2, "L": 2, "Q": 4}
"""The number of values that follow each path command."""

UNTOUCHED: dict[str, object] = {
    **dict.fromkeys(("originX", "originY"), "center"),
    **dict.fromkeys(("scaleX", "scaleY"), 1),
    **dict.fromkeys(("angle", "skewX", "skewY"), 0),
    **dict.fromkeys(("flipX", "flipY"), False),
}
"""Fabric's values for a stroke that was not stretched, turned or mirrored after it was drawn."""


def strokes_from_canvas(json_data: object) -> list[Stroke]:
    """Read the strokes that were drawn with the pen.

    Args:
        json_data: The canvas component's value; None or {} before anything was drawn.

    Returns:
        One float64 (k, 2) for each stroke, in canvas pixels, x right, y down, curves flattened; a click is
        one point. The list is empty if nothing was drawn.

    Raises:
        DrawingError: If `json_data` is not a drawing, holds anything but strokes of the pen, or too many of them.
    """
    if json_data is None:
        return []
    if not isinstance(json_data, dict):
        raise DrawingError(f"The drawing must be the canvas's own description, not {type(json_data).__name__}.")
    objects = json_data.get("objects", [])
    if not isinstance(objects, list):
        raise DrawingError(f"The drawing's objects must be a list, not {type(objects).__name__}.")
    if len(objects) > MAX_STROKES:
        raise too_many("strokes", MAX_STROKES)
    # Commands are counted before they are read, because a thousand commands that end in one point take time, too.
    paths = [item.get("path") for item in objects if isinstance(item, dict)]
    if sum(len(path) for path in paths if isinstance(path, list)) > MAX_POINTS:
        raise too_many("points", MAX_POINTS)
    strokes: list[Stroke] = []
    points = 0
    for item in objects:
        stroke = _stroke(item)
        points += len(stroke)
        if points > MAX_POINTS:
            raise too_many("points", MAX_POINTS)
        strokes.append(stroke)
    return strokes


def _stroke(item: object) -> Stroke:
    if not isinstance(item, dict) or item.get("type") != "Path":
        kind = item.get("type") if isinstance(item, dict) else None
        named = f"a {kind:.20}" if isinstance(kind, str) else "something"
        raise DrawingError(f"The canvas holds {named}; only strokes of the pen can be read. Clear it and start again.")
    for name, value in UNTOUCHED.items():
        if item.get(name, value) != value:
            raise DrawingError(
                f"A stroke on the canvas was changed after it was drawn ({name}). Clear it and start again."
            )
    stroke = _flattened(_checked_commands(item.get("path")))
    if np.ptp(stroke, axis=0).max() < SMALLEST:
        stroke = stroke.mean(axis=0).reshape(1, 2)
    return stroke


def _checked_commands(path: object) -> list[list[Any]]:
    if not isinstance(path, list) or not path:
        raise DrawingError("A stroke on the canvas has no path.")
    for position, command in enumerate(path):
        if not isinstance(command, list) or not command or not isinstance(command[0], str):
            raise DrawingError("A stroke on the canvas has a path that is not made of commands.")
        name, numbers = command[0], command[1:]
        # The pen touches down once: a path starts with its only M.
        if COMMANDS.get(name) != len(numbers) or (name == "M") != (position == 0):
            raise DrawingError(f"A stroke on the canvas has a path command that no pen makes: {name!r:.20}.")
        for number in numbers:
            _check_number(number)
    return path


def _flattened(commands: list[list[Any]]) -> Stroke:
    """Return the path as points, curves cut into straight pieces."""
    points: list[tuple[float, float]] = []
    for name, *numbers in commands:
        *control, x, y = numbers
        if name == "Q":
            (x0, y0), (cx, cy) = points[-1], control
            # A quadratic curve strays from its n pieces by at most |p0 − 2c + p1| / (4 n²).
            stray = hypot(x0 - 2 * cx + x, y0 - 2 * cy + y) / 4
            pieces = max(1, min(MOST_PIECES, ceil(sqrt(stray / FLATNESS))))
            for step in range(1, pieces):
                t = step / pieces
                a, b, c = (1 - t) ** 2, 2 * (1 - t) * t, t * t
                points.append((a * x0 + b * cx + c * x, a * y0 + b * cy + c * y))
        points.append((x, y))
        if len(points) > MAX_POINTS:
            raise too_many("points", MAX_POINTS)
    return np.array(points, dtype=np.float64)


def _check_number(value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise DrawingError("A stroke on the canvas has a path that is not a number.")
    # The value is compared before any conversion: an integer may be too large for a float.
    if not (abs(value) <= MAX_COORDINATE and isfinite(value)):
        raise DrawingError(f"A stroke on the canvas has a path beyond ±{MAX_COORDINATE:g}, too far out to be drawn.")


def canvas_from_strokes(strokes: Sequence[Stroke], colour: str, pen_width: float) -> dict[str, Any]:
    """Write strokes as the canvas component takes them; `strokes_from_canvas` reads them back.

    Args:
        strokes: One float64 (k, 2) for each stroke, k at least 1, in canvas pixels.
        colour: The ink's colour, '#rrggbb'.
        pen_width: The pen's width in canvas pixels.
    """
    return {"objects": [_path(stroke, colour, pen_width) for stroke in strokes]}


def _path(stroke: Stroke, colour: str, pen_width: float) -> dict[str, Any]:
    (x, y), *others = stroke.tolist()
    # A click is a line so short that its round ends form a dot, as with the pen itself.
    lines = others or [(x + CLICK, y)]
    return {
        "type": "Path",
        "path": [["M", x, y], *(["L", *point] for point in lines)],
        "fill": None,
        "stroke": colour,
        "strokeWidth": pen_width,
        "strokeLineCap": "round",
        "strokeLineJoin": "round",
    }
