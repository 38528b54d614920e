"""The middle lines of an area of ink, as strokes of a pen of one width.

The ink is thinned as in T. Y. Zhang and C. Y. Suen, "A fast parallel algorithm for thinning digital patterns",
Communications of the ACM 27 (1984); the strokes follow the remaining lines of single pixels.
"""

from itertools import pairwise
from math import pi, sqrt

import numpy as np
import scipy
from numpy.typing import NDArray

from mnist_demo.drawing.photo.blobs import blobs
from mnist_demo.drawing.strokes import MAX_STROKES, Stroke, Strokes

Ink = NDArray[np.bool_]
Pixel = tuple[int, int]  # row and column

SPUR = 0.75  # pen widths: a shorter branch is a bump of the edge, not a stroke
THICKER = 0.2  # pen widths: a stroke that reaches farther on each side keeps its width, such as a filled loop
SMOOTHING = 4  # times that each point moves to the mean of itself and its neighbours, because pixels make stairs

FILLING = 2  # rings that fill a disc
_CIRCLE = np.array([(np.sin(angle), np.cos(angle)) for angle in np.linspace(0, 2 * pi, 13)])


def strokes_from_ink(ink: Ink) -> tuple[Strokes, float]:
    """Find the middle lines of an area of ink and the width of the pen.

    Args:
        ink: (height, width), at least one pixel True; a pen of about 4 to 30 pixels is followed well.

    Returns:
        The strokes, float64 (k, 2) each, in pixels from the upper left corner, x right, y down; and the width of a pen
        that would leave as much ink along them, in pixels. Where the ink is wider, rings about the middle line fill it.
    """
    lines = [(_smoothed(line), is_branch) for line, is_branch in _lines(thinned(ink))]
    area = float(ink.sum())
    width = _pen_width(area, lines)
    kept = [line for line, is_branch in lines if not (is_branch and _length(line) < SPUR * width)]
    kept = kept or [line for line, _ in lines]
    rings = _rings(ink, np.concatenate(kept), width)
    return tuple(stroke[:, ::-1] + 0.5 for stroke in [*kept, *rings]), width


def thinned(ink: Ink) -> Ink:
    """Peel the ink from all sides until lines of single pixels are left; connected ink stays connected.

    Args:
        ink: (height, width).

    Returns:
        (height, width), a part of `ink`.
    """
    left = np.pad(ink, 1)
    while True:
        before = int(left.sum())
        for first in (True, False):
            left[1:-1, 1:-1] &= ~_peel(left, first)
        if int(left.sum()) == before:
            break
    lines: Ink = left[1:-1, 1:-1]
    for blob in blobs(ink):
        # A square of four pixels has vanished, because each half of a round removes two of them.
        if not (lines[blob.place] & blob.pixels).any():
            lines[blob.place][tuple(np.argwhere(blob.pixels)[-1])] = True
    return lines


def _peel(ink: Ink, first: bool) -> Ink:
    """Find the ink that one half of a round of Zhang and Suen removes, without the padding."""
    # p2 to p9 are the neighbours, clockwise from the one above.
    shifts = [(0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0), (0, 0)]
    height, width = ink.shape[0] - 2, ink.shape[1] - 2
    around = np.stack([ink[y : y + height, x : x + width] for y, x in shifts])
    count = around.sum(axis=0)
    starts = (~around & np.roll(around, -1, axis=0)).sum(axis=0)
    up, right, down, west = around[0], around[2], around[4], around[6]
    kept = (up & right & down) | (right & down & west) if first else (up & right & west) | (up & down & west)
    peeled: Ink = ink[1:-1, 1:-1] & (count >= 2) & (count <= 6) & (starts == 1) & ~kept
    return peeled


def _lines(skeleton: Ink) -> list[tuple[Stroke, bool]]:
    """Return the lines between ends and crossings, (k, 2) as row and column, and whether each has one free end only."""
    ways = _neighbours(skeleton)
    lines: list[tuple[Stroke, bool]] = []
    walked: set[tuple[Pixel, Pixel]] = set()
    # Lines from ends and crossings come first, so that only rings are left.
    for start in sorted(ways, key=lambda pixel: len(ways[pixel]) == 2):
        if not ways[start]:
            lines.append((np.array([start], dtype=np.float64), False))
        for following in ways[start]:
            if (start, following) in walked:
                continue
            line = [start, following]
            while len(ways[line[-1]]) == 2 and line[-1] != start:
                one, other = ways[line[-1]]
                line.append(other if one == line[-2] else one)
            for here, there in pairwise(line):
                walked |= {(here, there), (there, here)}
            ends = [len(ways[line[0]]), len(ways[line[-1]])]
            lines.append((np.array(line, dtype=np.float64), min(ends) == 1 and max(ends) > 2))
    return lines


def _neighbours(skeleton: Ink) -> dict[Pixel, list[Pixel]]:
    """Return the neighbours of each pixel; a diagonal neighbour counts only if no other pixel connects the two."""
    pixels = {(int(row), int(column)) for row, column in np.argwhere(skeleton)}
    ways: dict[Pixel, list[Pixel]] = {}
    for row, column in pixels:
        straight = [(row + y, column + x) for y, x in ((-1, 0), (0, 1), (1, 0), (0, -1))]
        across = [
            (row + y, column + x)
            for y, x in ((-1, -1), (-1, 1), (1, 1), (1, -1))
            if (row + y, column) not in pixels and (row, column + x) not in pixels
        ]
        ways[row, column] = [pixel for pixel in straight + across if pixel in pixels]
    return ways


def _pen_width(area: float, lines: list[tuple[Stroke, bool]]) -> float:
    """Return the width at which strokes of this length have this area: A = wL + πw²/4 for a round pen."""
    length = sum(_length(line) for line, _ in lines)
    return (sqrt(length**2 + pi * area) - length) / (pi / 2)


def _rings(ink: Ink, middle: Stroke, width: float) -> list[Stroke]:
    """Return rings with which a pen of this width fills the ink up to its edge, where the ink is wider than the pen."""
    padded = np.pad(ink, 1)
    beyond = np.argwhere(scipy.ndimage.binary_dilation(padded) & ~padded) - 1.0
    rings = []
    for row, column in middle[:: max(1, round(width / 4))]:
        reach = float(np.hypot(beyond[:, 0] - row, beyond[:, 1] - column).min()) - 0.5
        excess = reach - width / 2
        if excess > THICKER * width:
            rings += [
                np.array([row, column]) + _CIRCLE * excess * share
                for share in np.linspace(1, 0, FILLING, endpoint=False)
            ]
    return rings[: MAX_STROKES // 2]


def _length(line: Stroke) -> float:
    return float(np.hypot(*np.diff(line, axis=0).T).sum())


def _smoothed(line: Stroke) -> Stroke:
    """Smooth the steps of single pixels in a line; its ends stay, and a ring has no ends."""
    is_ring = len(line) > 3 and bool((line[0] == line[-1]).all())
    smooth = line.copy()
    for _ in range(SMOOTHING):
        if is_ring:
            open_end = smooth[:-1]
            mean = (np.roll(open_end, 1, axis=0) + 2 * open_end + np.roll(open_end, -1, axis=0)) / 4
            smooth = np.concatenate([mean, mean[:1]])
        else:
            smooth[1:-1] = (smooth[:-2] + 2 * smooth[1:-1] + smooth[2:]) / 4
    return smooth
