"""McNemar's test: whether two networks that read the same images are equally good at it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SIGNIFICANT = 0.05
"""P-values below this make a difference significant."""


@dataclass(frozen=True)
class McNemar:
    """The images on which two networks part, and what that says.

    Images that both classify correctly, or both incorrectly, say nothing about which of the two is better. If they
    are equally good, each of the others goes to either with the same chance, like a coin.

    Attributes:
        only_first: images that only the first classifies correctly.
        only_second: images that only the second classifies correctly.
        p_value: how often two equally good networks would part at least as unevenly, 0–1; exact, not the approximation
            by chi-squared, which is off where the images are few.
    """

    only_first: int
    only_second: int

    def __post_init__(self) -> None:
        if min(self.only_first, self.only_second) < 0:
            raise ValueError(f"Counts of images cannot be negative; they are {self.only_first} and {self.only_second}.")

    @property
    def parted(self) -> int:
        """Images that just one of the two classifies correctly."""
        return self.only_first + self.only_second

    @property
    def p_value(self) -> float:
        """The two-sided exact p-value, 0–1.

        Source: Q. McNemar, "Note on the sampling error of the difference between correlated proportions or
        percentages", Psychometrika 12 (1947), 153–157; in its exact form a sign test, as in T. G. Dietterich,
        "Approximate statistical tests for comparing supervised classification learning algorithms", Neural
        Computation 10 (1998), 1895–1923.
        """
        fewer, trials = min(self.only_first, self.only_second), self.parted
        # Whole numbers of any length, divided once at the end: nothing is rounded on the way.
        ways = term = 1
        for successes in range(1, fewer + 1):
            term = term * (trials - successes + 1) // successes
            ways += term
        share: float = 2 * ways / 2**trials
        return min(1.0, share)

    @property
    def is_significant(self) -> bool:
        """Whether chance alone would part two equally good networks so unevenly in less than one case in twenty."""
        return self.p_value < SIGNIFICANT


def mcnemar(first_right: NDArray[np.bool_], second_right: NDArray[np.bool_]) -> McNemar:
    """Compare two networks on the same images.

    Args:
        first_right: whether the first network classifies each image correctly, bool (n,).
        second_right: the same of the second, for the same images in the same order.

    Raises:
        ValueError: when they are not of the same images.
    """
    if first_right.shape != second_right.shape or first_right.ndim != 1:
        raise ValueError(
            f"The answers must be to the same images; these are {first_right.shape}, {second_right.shape}."
        )
    return McNemar(int((first_right & ~second_right).sum()), int((second_right & ~first_right).sum()))
