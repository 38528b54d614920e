"""The formulas behind an evaluation, each a pure function of arrays."""

from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# Keras clips probabilities at this value before the logarithm, so a probability of 0 costs about 16 and not infinity.
# With the same clip, our loss is the loss that the training reports.
LOG_EPSILON = 1e-7


class Interval(NamedTuple):
    """A confidence interval of a proportion: 0 <= low <= high <= 1."""

    low: float
    high: float


def wilson_interval(successes: int, trials: int, confidence: float = 0.95) -> Interval:
    """Return the Wilson score interval of a proportion.

    The interval stays within 0 and 1 and keeps its coverage for p near 1, as of a good network; the textbook interval
    p ± 1.96·sqrt(p(1 − p)/n) does neither.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    Journal of the American Statistical Association 22 (1927), 209–212.

    Args:
        successes: 0 to `trials`.
        trials: At least 1.
        confidence: Between 0 and 1, both excluded.

    Raises:
        ValueError: If a number is outside these ranges.
    """
    if trials < 1:
        raise ValueError(f"An interval needs at least 1 trial; trials is {trials}.")
    if not 0 <= successes <= trials:
        raise ValueError(f"The number of successes must be from 0 to {trials}; it is {successes}.")
    if not 0 < confidence < 1:
        raise ValueError(f"The confidence must lie between 0 and 1, both excluded; it is {confidence}.")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    p = successes / trials
    shrink = 1 + z * z / trials
    middle = (p + z * z / (2 * trials)) / shrink
    half_width = z * sqrt(p * (1 - p) / trials + (z / (2 * trials)) ** 2) / shrink
    # At 0 or n successes, one end is exactly 0 or 1, and rounding must not move that end past p.
    low = 0.0 if successes == 0 else max(0.0, middle - half_width)
    high = 1.0 if successes == trials else min(1.0, middle + half_width)
    return Interval(low, high)


def confusion_matrix(labels: NDArray[np.integer], predictions: NDArray[np.integer], classes: int) -> NDArray[np.int64]:
    """Count how often each class was classified as each class.

    Args:
        labels: The true classes, (n,), 0 to `classes` − 1.
        predictions: The predicted classes, (n,), 0 to `classes` − 1.
        classes: The number of classes.

    Returns:
        int64 (classes, classes): true classes down the rows, predicted classes along the columns.
    """
    cells = labels.astype(np.int64) * classes + predictions.astype(np.int64)
    return np.bincount(cells, minlength=classes * classes).reshape(classes, classes).astype(np.int64)


def precision_recall_f1(
    confusion: NDArray[np.int64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return precision, recall and F1 of each class.

    A figure that would divide by zero is nan, as with scikit-learn's `zero_division=nan`: the precision of a class that
    was never predicted, the recall of a class without images, the F1 of a class with neither.

    Args:
        confusion: Counts, (classes, classes), true classes down the rows.

    Returns:
        Three arrays, float64 (classes,), 0 to 1 or nan.
    """
    hits = np.diag(confusion).astype(np.float64)
    predicted = confusion.sum(axis=0)
    support = confusion.sum(axis=1)
    return _ratio(hits, predicted), _ratio(hits, support), _ratio(2 * hits, predicted + support)


def cross_entropy(labels: NDArray[np.integer], probabilities: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the cross-entropy of each prediction in nats: −log of the probability of the true class.

    Args:
        labels: The true classes, (n,).
        probabilities: (n, classes), 0 to 1; values below 1e-7 count as 1e-7, as in Keras.

    Returns:
        float64 (n,), 0 to 16.2.
    """
    given = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    losses: NDArray[np.float64] = -np.log(np.clip(given, LOG_EPSILON, 1.0))
    return losses


def _ratio(numerator: NDArray[np.float64], denominator: NDArray[np.int64]) -> NDArray[np.float64]:
    ratio = np.full(numerator.shape, np.nan)
    np.divide(numerator, denominator, out=ratio, where=denominator > 0)
    return ratio
