"""Strokes out of the drawing canvas, and into it: what streamlit-drawable-canvas 0.13 says was drawn.

Its `json_data` is the canvas as Fabric.js 7 writes it. Each stroke of the pen is an object of the type
"Path": in `path` commands ["M", x, y], ["Q", control x, control y, x, y] and ["L", x, y] in canvas pixels,
and beside it where the object is now. A stroke that was moved, stretched or turned with the canvas's edit
tool keeps its path; only the latter changes.
"""

from collections.abc import Sequence
from math import ceil, hypot, isfinite, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_demo.drawing.strokes import MAX_COORDINATE, MAX_POINTS, MAX_STROKES, DrawingError, Stroke, too_many

# A curve is cut so finely that no point of it is farther than this from the straight pieces.
FLATNESS = 0.05  # canvas pixels
MOST_PIECES = 100  # of one curve; the pen's curves join neighbouring positions and need one to four

# A click without a move comes as a line of a few hundredths; no pointer moves by less than this.
SMALLEST = 0.25  # canvas pixels
CLICK = 0.02  # canvas pixels: how long we make one

# How many numbers follow each command.
COMMANDS = {"M": 2, "L": 2, "Q": 4}


def strokes_from_canvas(json_data: object) -> list[Stroke]:
    """Read the strokes that were drawn with the pen.

    Args:
        json_data: what the canvas component returned; None or {} before anything was drawn.

    Returns:
        One float64 (k, 2) for each stroke, in canvas pixels, x right, y down, curves flattened; a click is
        one point. Empty if nothing was drawn.

    Raises:
        DrawingError: if it is not a drawing, has anything but strokes of the pen, or has too many of them.
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
    # By the commands first: those of a stroke may all fall into one point, and are work all the same.
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
    commands = _checked_commands(item.get("path"))
    stroke = _placed(_flattened(commands), _fabric_middle(commands), item)
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
            _check_number("path", number)
    return path


def _flattened(commands: list[list[Any]]) -> Stroke:
    """Return the path as points, curves cut into straight pieces."""
    points: list[tuple[float, float]] = []
    for name, *numbers in commands:
        *control, x, y = numbers
        if name == "Q":
            (x0, y0), (cx, cy) = points[-1], control
            # A quadratic curve cut into n pieces strays from them by at most |p0 − 2c + p1| / (4 n²).
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


def _fabric_middle(commands: list[list[Any]]) -> NDArray[np.float64]:
    """Return the point of the path that Fabric puts at (left, top): the middle of its bounding box.

    Not quite the true box: Fabric measures a quadratic curve as a cubic one with both control points alike,
    and for a line counts the path's first point, not the line's (`_calcBoundsFromPath` in its path.ts). With
    any other middle an untouched stroke would be out of place.
    """
    points: list[tuple[float, float]] = []
    first = last = (commands[0][1], commands[0][2])
    for name, *numbers in commands[1:]:
        end = (numbers[-2], numbers[-1])
        if name == "L":
            points += [first, end]
        else:
            left, right = _cubic_reach(last[0], numbers[0], end[0])
            top, bottom = _cubic_reach(last[1], numbers[1], end[1])
            points += [(left, top), (right, bottom)]
        last = end
    box = np.array(points or [first], dtype=np.float64)
    middle: NDArray[np.float64] = (box.min(axis=0) + box.max(axis=0)) / 2
    return middle


def _cubic_reach(start: float, control: float, end: float) -> tuple[float, float]:
    """Return the least and greatest value on one axis of a cubic curve with both control points alike."""
    values = [start, end]
    # Its slope, 3 (1 − t)² (control − start) + 3 t² (end − control), is zero within only if it turns back.
    if (control - start) * (end - control) < 0:
        t = 1 / (1 + sqrt((end - control) / (start - control)))
        inner = 3 * t * (1 - t) * control
        values.append((1 - t) ** 3 * start + inner + t**3 * end)
    return min(values), max(values)


def _placed(points: Stroke, middle: NDArray[np.float64], item: dict[str, Any]) -> Stroke:
    """Put the points where they are now: stretched and turned about its middle, which is at (left, top)."""
    for origin in ("originX", "originY"):
        if item.get(origin, "center") != "center":
            raise DrawingError(f"A stroke on the canvas has an {origin} other than 'center'.")
    numbers = {
        name: _check_number(name, item.get(name, default))
        for name, default in (
            ("left", middle[0].item()),
            ("top", middle[1].item()),
            ("scaleX", 1),
            ("scaleY", 1),
            ("angle", 0),
            ("skewX", 0),
            ("skewY", 0),
        )
    }
    angle, skew_x, skew_y = np.radians([numbers["angle"], numbers["skewX"], numbers["skewY"]])
    # In Fabric's order: turn · (stretch and flip) · skew x · skew y.
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    stretch = np.diag(
        [
            numbers["scaleX"] * (-1 if item.get("flipX") is True else 1),
            numbers["scaleY"] * (-1 if item.get("flipY") is True else 1),
        ]
    )
    skew = np.array([[1, np.tan(skew_x)], [0, 1]]) @ np.array([[1, 0], [np.tan(skew_y), 1]])
    matrix = turn @ stretch @ skew
    placed: Stroke = (points - middle) @ matrix.T + np.array([numbers["left"], numbers["top"]])
    # Each number is within its bounds, but a product of them need not be.
    if not np.isfinite(placed).all() or np.abs(placed).max() > MAX_COORDINATE:
        raise DrawingError("A stroke on the canvas has been moved or stretched too far to be drawn.")
    return placed


def _check_number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise DrawingError(f"A stroke on the canvas has a {name} that is not a number.")
    # Compared before it is converted: a whole number may be too large for a float.
    if not (abs(value) <= MAX_COORDINATE and isfinite(value)):
        raise DrawingError(f"A stroke on the canvas has a {name} beyond ±{MAX_COORDINATE:g}, too far out to be drawn.")
    return float(value)


def canvas_from_strokes(strokes: Sequence[Stroke], colour: str, pen_width: float) -> dict[str, Any]:
    """Describe strokes as the canvas component takes them: `strokes_from_canvas` gives them back.

    Args:
        strokes: one float64 (k, 2) for each, k at least 1, in canvas pixels.
        colour: of the ink, '#rrggbb'.
        pen_width: in canvas pixels.
    """
    return {"objects": [_path(stroke, colour, pen_width) for stroke in strokes]}


def _path(stroke: Stroke, colour: str, pen_width: float) -> dict[str, Any]:
    (x, y), *others = stroke.tolist()
    # A click is a line so short that its round ends are a dot, as the pen itself makes it.
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
