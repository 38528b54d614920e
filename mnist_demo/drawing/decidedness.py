"""How decided ten probabilities are: whether they are an answer to a digit, or to something else."""

import numpy as np
from numpy.typing import NDArray

TWO_BEST = 0.85
"""Least sum of the two best calibrated answers to a digit: a 4 that may be a 9 is still a digit."""

DECIDED = 2.0
"""Least `decidedness` of the calibrated answer to a digit, in nats.

`tests.benchmarks.pen_digits` prints the trade-off. With both rules the detector, which was trained on non-digits too,
refuses one pen-written digit in a hundred, and accepts one letter or shape in twenty. At 1.7 it accepts half as many
again; at 2.7 it refuses half as many digits again. One in six of other letters (Cyrillic, Greek and the rest of Latin)
is accepted, most often letters such as Ц, Я and Q. A network that was trained on digits alone is hardly ever undecided:
`fast` alone would accept nine letters in ten. A network's own answer that is not clear never refuses a drawing, because
a weak network is undecided about digits as well: `dense` about 32% of MNIST's test digits.
"""

_LEAST = 1e-9
"""Replaces smaller probabilities, some of which float32 rounds to 0."""


def is_clear(shares: NDArray[np.float64]) -> bool:
    """Tell whether a calibrated answer (10,) is one to a digit: at most two classes are possible."""
    return bool(np.sort(shares)[-2:].sum() >= TWO_BEST and decidedness(shares) >= DECIDED)


def decidedness(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the Kullback-Leibler divergence of ten equal answers from the given ones, in nats.

    Training on non-digits makes this divergence small. It distinguishes non-digits from digits better than the best
    probability does (D. Hendrycks, M. Mazeika and T. Dietterich, "Deep anomaly detection with outlier exposure", ICLR
    2019).

    Args:
        probabilities: (..., 10), calibrated.

    Returns:
        (...,), 0 for ten equal answers to 16.3 for a certain one.
    """
    logarithms = np.log(np.maximum(probabilities, _LEAST))
    distance: NDArray[np.float64] = -logarithms.mean(axis=-1) - np.log(probabilities.shape[-1])
    return distance
