"""What hangs together in an area of ink."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Run = tuple[int, int, int]  # of pixels in a row: row, first column, column after the last


@dataclass(frozen=True, eq=False)
class Blob:
    """Pixels of ink that touch each other, corners included, as runs of them in rows."""

    runs: Sequence[Run]

    @property
    def area(self) -> int:
        """Its pixels."""
        return sum(end - start for _, start, end in self.runs)

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom; right and bottom are not in it."""
        rows, starts, ends = zip(*self.runs, strict=True)
        return min(starts), min(rows), max(ends), max(rows) + 1

    def touches_edge(self, height: int, width: int) -> bool:
        """Whether it reaches the edge of a picture of this size."""
        left, top, right, bottom = self.box
        return left == 0 or top == 0 or right == width or bottom == height

    def distance_to(self, left: int, top: int, right: int, bottom: int) -> float:
        """How far its box is from another one; 0 when they touch."""
        own_left, own_top, own_right, own_bottom = self.box
        across = max(0, left - own_right, own_left - right)
        down = max(0, top - own_bottom, own_top - bottom)
        return float(np.hypot(across, down))

    def mask(self, shape: tuple[int, ...]) -> NDArray[np.bool_]:
        """It alone, as a picture of this (height, width)."""
        picture = np.zeros(shape, dtype=np.bool_)
        for row, start, end in self.runs:
            picture[row, start:end] = True
        return picture


def blobs(ink: NDArray[np.bool_]) -> list[Blob]:
    """Take an area of ink apart, (height, width), into what hangs together, in the order of their first pixels."""
    edges = np.diff(np.pad(ink, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(edges == 1)
    ends = np.nonzero(edges == -1)[1]
    runs: list[Run] = list(zip(rows.tolist(), starts.tolist(), ends.tolist(), strict=True))
    parent = list(range(len(runs)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    above = 0
    for index, (row, start, end) in enumerate(runs):
        # Runs of the row above that end before this one begins touch nothing that follows either.
        while runs[above][0] < row - 1 or (runs[above][0] == row - 1 and runs[above][2] < start):
            above += 1
        other = above
        while other < index and runs[other][0] == row - 1 and runs[other][1] <= end:
            parent[root(other)] = root(index)
            other += 1
    together: dict[int, list[Run]] = {}
    for index, run in enumerate(runs):
        together.setdefault(root(index), []).append(run)
    return [Blob(tuple(members)) for members in together.values()]
