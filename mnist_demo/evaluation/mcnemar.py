"""McNemar's test: whether two networks classify the same images equally well."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

SIGNIFICANT = 0.05
"""The p-value below which a difference counts as more than chance."""

_POWER = 0.8
"""The chance with which `images_needed` lets the test find a difference."""


@dataclass(frozen=True)
class McNemar:
    """The images that only one of two networks classifies correctly, and their test.

    Images that both networks classify correctly, or both wrongly, say nothing about which network is better. If the
    networks are equally good, each of the other images is correct for either network with the same chance, like a coin.

    Attributes:
        only_first: Images that only the first network classifies correctly.
        only_second: Images that only the second network classifies correctly.
        p_value: How often two equally good networks differ at least as unevenly, 0–1. The value is exact, because the
            approximation by chi-squared is wrong for few images.
    """

    only_first: int
    only_second: int

    def __post_init__(self) -> None:
        if min(self.only_first, self.only_second) < 0:
            raise ValueError(f"Counts of images cannot be negative; they are {self.only_first} and {self.only_second}.")

    @property
    def parted(self) -> int:
        """Images that exactly one of the networks classifies correctly."""
        return self.only_first + self.only_second

    @property
    def p_value(self) -> float:
        """The two-sided exact p-value, 0–1.

        Source: Q. McNemar, "Note on the sampling error of the difference between correlated proportions or
        percentages", Psychometrika 12 (1947), 153–157. The exact form is a sign test, as in T. G. Dietterich,
        "Approximate statistical tests for comparing supervised classification learning algorithms", Neural
        Computation 10 (1998), 1895–1923.
        """
        fewer, trials = min(self.only_first, self.only_second), self.parted
        # Python's integers have any length, so only the division at the end rounds.
        ways = term = 1
        for successes in range(1, fewer + 1):
            term = term * (trials - successes + 1) // successes
            ways += term
        share: float = 2 * ways / 2**trials
        return min(1.0, share)

    @property
    def is_significant(self) -> bool:
        """Whether two equally good networks would differ so unevenly in less than one case in twenty."""
        return self.p_value < SIGNIFICANT


def mcnemar(first_right: NDArray[np.bool_], second_right: NDArray[np.bool_]) -> McNemar:
    """Compare two networks on the same images.

    Args:
        first_right: Whether the first network classifies each image correctly, bool (n,).
        second_right: The same of the second network, for the same images in the same order.

    Raises:
        ValueError: If the arrays differ in shape, so they cannot be of the same images.
    """
    if first_right.shape != second_right.shape or first_right.ndim != 1:
        raise ValueError(
            f"The answers must be to the same images; these are {first_right.shape}, {second_right.shape}."
        )
    return McNemar(int((first_right & ~second_right).sum()), int((second_right & ~first_right).sum()))


def images_needed(test: McNemar, images: int) -> float | None:
    """Return how many images would tell two networks apart in four tests of five, if the networks differ as found here.

    Source: R. J. Connor, "Sample size for testing differences in proportions for the paired-sample design", Biometrics
    43 (1987), 207–211.

    Args:
        test: The test of the two networks.
        images: The number of images of the test.

    Returns:
        None if the networks are correct on equally many images, because no number of images would do.
    """
    apart, gap = test.parted / images, (test.only_first - test.only_second) / images
    if not gap:
        return None
    level, power = (NormalDist().inv_cdf(share) for share in (1 - SIGNIFICANT / 2, _POWER))
    return (level * sqrt(apart) + power * sqrt(apart - gap**2)) ** 2 / gap**2
