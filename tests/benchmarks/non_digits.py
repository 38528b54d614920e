"""Synthetic drawings that are no digits: letters, shapes, scribbles and dots, as strokes of a pen.

Letters and shapes that can be read as a digit are left out: O, I, S, Z, B, q, a circle, an upright line and similar
ones. Each drawing varies as a hand does: it is stretched, turned and sheared a little, its corners are displaced, and
its lines are not quite straight. No network is ever trained on these drawings.
"""

from math import cos, pi, sin

import numpy as np
from numpy.typing import NDArray

Strokes = list[NDArray[np.float64]]
Points = list[tuple[float, float]]


def _arc(x: float, y: float, radius: float, start: float, end: float, stretch: float = 1.0) -> Points:
    """Return a part of an ellipse from one angle to another, in degrees clockwise from the right."""
    angles = np.radians(np.linspace(start, end, 16))
    return [(x + radius * cos(a), y + radius * stretch * sin(a)) for a in angles]


# The letters lie in a box from (0, 0), upper left, to (1, 1).
_LETTERS: dict[str, list[Points]] = {
    "A": [[(0, 1), (0.5, 0), (1, 1)], [(0.2, 0.62), (0.8, 0.62)]],
    "E": [[(0.8, 0), (0, 0), (0, 1), (0.8, 1)], [(0, 0.5), (0.65, 0.5)]],
    "F": [[(0.8, 0), (0, 0), (0, 1)], [(0, 0.48), (0.6, 0.48)]],
    "H": [[(0, 0), (0, 1)], [(0.85, 0), (0.85, 1)], [(0, 0.5), (0.85, 0.5)]],
    "K": [[(0, 0), (0, 1)], [(0.8, 0), (0, 0.55), (0.85, 1)]],
    "M": [[(0, 1), (0.1, 0), (0.5, 0.65), (0.9, 0), (1, 1)]],
    "N": [[(0, 1), (0, 0), (0.8, 1), (0.8, 0)]],
    "P": [[(0, 1), (0, 0)], [(0, 0), *_arc(0.3, 0.25, 0.3, -90, 90, 0.85), (0, 0.5)]],
    "R": [[(0, 1), (0, 0)], [(0, 0), *_arc(0.3, 0.25, 0.3, -90, 90, 0.85), (0, 0.5), (0.7, 1)]],
    "T": [[(0, 0), (1, 0)], [(0.5, 0), (0.5, 1)]],
    "V": [[(0, 0), (0.45, 1), (0.9, 0)]],
    "W": [[(0, 0), (0.25, 1), (0.5, 0.3), (0.75, 1), (1, 0)]],
    "X": [[(0, 0), (0.8, 1)], [(0.8, 0), (0, 1)]],
    "a": [[*_arc(0.4, 0.6, 0.35, 0, -360)], [(0.75, 0.2), (0.75, 0.9), (0.9, 1)]],
    "d": [[*_arc(0.35, 0.7, 0.3, 0, -360)], [(0.65, 0), (0.65, 1)]],
    "e": [[(0.1, 0.55), (0.85, 0.5), *_arc(0.48, 0.52, 0.38, 0, -300)]],
    "f": [[(0.8, 0.1), (0.55, 0), (0.4, 0.2), (0.4, 1)], [(0.1, 0.42), (0.75, 0.42)]],
    "h": [[(0, 0), (0, 1)], [(0, 0.6), *_arc(0.3, 0.7, 0.3, -180, 0), (0.6, 1)]],
    "k": [[(0, 0), (0, 1)], [(0.55, 0.4), (0, 0.7), (0.6, 1)]],
    "m": [[(0, 0.3), (0, 1)], [*_arc(0.25, 0.5, 0.25, -180, 0), (0.5, 1)], [*_arc(0.75, 0.5, 0.25, -180, 0), (1, 1)]],
    "n": [[(0, 0.2), (0, 1)], [*_arc(0.35, 0.5, 0.35, -180, 0), (0.7, 1)]],
    "r": [[(0, 0.2), (0, 1)], [(0, 0.5), (0.2, 0.28), (0.5, 0.25)]],
    "u": [[(0, 0.2), *_arc(0.35, 0.65, 0.35, 180, 0), (0.7, 0.2), (0.7, 1)]],
    "w": [[(0, 0.2), (0.22, 1), (0.45, 0.4), (0.68, 1), (0.9, 0.2)]],
}
_SHAPES: dict[str, list[Points]] = {
    "triangle": [[(0.5, 0), (1, 0.9), (0, 0.9), (0.5, 0)]],
    "square": [[(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]],
    "flat box": [[(0, 0), (1, 0), (1, 0.5), (0, 0.5), (0, 0)]],
    "diamond": [[(0.5, 0), (1, 0.5), (0.5, 1), (0, 0.5), (0.5, 0)]],
    "plus": [[(0.5, 0), (0.5, 1)], [(0, 0.5), (1, 0.5)]],
    "hash": [[(0.3, 0), (0.3, 1)], [(0.7, 0), (0.7, 1)], [(0, 0.3), (1, 0.3)], [(0, 0.7), (1, 0.7)]],
    "equals": [[(0, 0), (1, 0)], [(0, 0.4), (1, 0.4)]],
    "level line": [[(0, 0), (1, 0)]],
    "tick": [[(0, 0.6), (0.3, 1), (1, 0)]],
    "arrow": [[(0, 0.5), (1, 0.5)], [(0.65, 0.2), (1, 0.5), (0.65, 0.8)]],
    "star": [[(0.5 + 0.5 * sin(k * 4 * pi / 5), 0.5 - 0.5 * cos(k * 4 * pi / 5)) for k in range(6)]],
    "house": [[(0, 0.4), (0.5, 0), (1, 0.4), (1, 1), (0, 1), (0, 0.4), (1, 0.4)]],
    "heart": [[(0.5, 0.3), *_arc(0.25, 0.25, 0.25, 0, -180), (0.5, 1), *_arc(0.75, 0.25, 0.25, 0, -180)]],
    "face": [_arc(0.5, 0.5, 0.5, 0, 360), [(0.35, 0.35)], [(0.65, 0.35)], _arc(0.5, 0.5, 0.28, 20, 160)],
    "crossed circle": [_arc(0.5, 0.5, 0.5, 0, 360), [(0.15, 0.15), (0.85, 0.85)], [(0.85, 0.15), (0.15, 0.85)]],
    "two circles": [_arc(0.25, 0.5, 0.22, 0, 360), _arc(0.75, 0.5, 0.22, 0, 360)],
    "wave": [[(x / 30, 0.3 + 0.2 * sin(x / 30 * 4 * pi)) for x in range(31)]],
    "zigzag": [[(k / 6, 0.4 * (k % 2)) for k in range(7)]],
    "spiral": [[(0.5 + t / 60 * cos(t / 3), 0.5 + t / 60 * sin(t / 3)) for t in range(60)]],
}


def non_digits(of_each: int, seed: int = 0) -> dict[str, list[Strokes]]:
    """Return drawings by kind: letters, shapes, scribbles and dots.

    Args:
        of_each: The number of drawings of each letter and shape; there are twenty times as many scribbles, and dots.
        seed: The seed of the hand's variations.
    """
    rng = np.random.default_rng(seed)
    return {
        "letters": [_by_hand(letter, rng) for letter in _LETTERS.values() for _ in range(of_each)],
        "shapes": [_by_hand(shape, rng) for shape in _SHAPES.values() for _ in range(of_each)],
        "scribbles": [_scribble(rng) for _ in range(20 * of_each)],
        "dots": [_dots(rng) for _ in range(20 * of_each)],
    }


def _by_hand(outline: list[Points], rng: np.random.Generator) -> Strokes:
    turn, shear = rng.normal(0, 0.09), rng.normal(0, 0.12)
    width, height = np.exp(rng.normal(0, 0.12, 2)) * (0.8, 1.0)
    matrix = np.array([[cos(turn), -sin(turn)], [sin(turn), cos(turn)]]) @ [[width, shear], [0, height]]
    strokes = []
    for points in outline:
        # Curves have many points, which are displaced by less than a corner.
        tremble = 0.025 if len(points) < 8 else 0.01
        corners = np.array(points, dtype=np.float64) + rng.normal(0, tremble, (len(points), 2))
        along = np.linspace(0, len(corners) - 1, 12 * len(corners))
        dense = np.stack([np.interp(along, np.arange(len(corners)), axis) for axis in corners.T], axis=1)
        # The hand's swing is two slow waves, together about a fiftieth of the size.
        phase = rng.uniform(0, 2 * pi, (2, 2))
        swing = sum(0.015 * np.sin(along[:, None] * (k + 1) * 1.3 + phase[k]) for k in range(2))
        strokes.append((dense + swing) @ matrix.T * 200)
    return strokes


def _scribble(rng: np.random.Generator) -> Strokes:
    """Return a line to and fro, round and round, or crumpled."""
    kind, length = rng.integers(3), int(rng.integers(60, 160))
    t = np.linspace(0, 1, length)[:, None]
    if kind == 0:
        turns = rng.uniform(4, 9)
        line = np.hstack([np.abs((t * turns) % 2 - 1), 0.6 * t]) + rng.normal(0, 0.03, (length, 2))
    elif kind == 1:
        turns = rng.uniform(3, 7) * 2 * pi
        line = np.hstack([np.cos(turns * t), np.sin(turns * t)]) * rng.uniform(0.5, 1, (length, 1)) + t * rng.normal(
            0, 1, 2
        )
    else:
        line = rng.normal(0, 1, (length, 2)).cumsum(axis=0)
        line = np.stack([np.convolve(axis, np.ones(4) / 4, "valid") for axis in line.T], axis=1)
    angle = rng.uniform(0, 2 * pi)
    turned: NDArray[np.float64] = line @ [[cos(angle), -sin(angle)], [sin(angle), cos(angle)]] * 100
    return [turned]


def _dots(rng: np.random.Generator) -> Strokes:
    """Return one to five dots, far apart or not."""
    return [point[None] + rng.normal(0, 1, (3, 2)) for point in rng.uniform(0, 300, (int(rng.integers(1, 6)), 2))]
