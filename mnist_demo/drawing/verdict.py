"""Decide whether a drawing is a digit at all, because a network of ten answers cannot say "none of them"."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_demo.drawing.detector import detect

FAINT = 25
"""Grey values (0–255) at or above this count as ink."""

SHORTEST = 10
"""Least pixels of a digit's longer side; the smallest of MNIST's 60,000 training images has 14."""

LEAST_INK = 27.0
"""Least ink of a digit, in full pixels; one of 1,500 training images of MNIST has less, five dots have 26."""

MOST_INK = 240.0
"""Most ink of a digit, in full pixels; one of 2,000 training images of MNIST has more."""

WIDEST = 1.8
"""Greatest ratio of the ink's width to its height; one of 5,000 training images of MNIST is wider."""

MOST_PIECES = 3
"""Most connected components of the ink; one of 1,000 training images of MNIST has more."""

TWO_BEST = 0.85
"""Least sum of the two best calibrated answers to a digit: a 4 that may be a 9 is still a digit."""

DECIDED = 2.0
"""Least `decidedness` of the calibrated answer to a digit, in nats.

`tests.benchmarks.pen_digits` prints the trade-off. With both rules `canvas`, which was trained on non-digits too,
refuses one or two pen-written digits in a hundred, some of which it would misclassify, and accepts about one letter or
scribble in twenty. At 1.7 it accepts half as many again; at 2.7 it refuses half as many digits again. A network that
was trained on digits alone is hardly ever undecided: `fast` would accept nine letters in ten. With the detector's
consent required too, one in thirty is accepted, for one more pen-written digit in a hundred refused; half of all
refused digits would be misclassified. One in six of other letters (Cyrillic, Greek and the rest of Latin) is accepted,
most often letters such as Ц, Я and Q.
"""

RIVAL = 0.4
"""Least share of the best answer's probability that a rival of it has."""

MOST_RIVALS = 3

_LEAST = 1e-9
"""Replaces smaller probabilities, some of which float32 rounds to 0."""


@dataclass(frozen=True)
class Verdict:
    """The decision on a drawing.

    Attributes:
        is_digit: Whether the drawing is accepted as a digit.
        labels: The possible classes, the most probable first: one, or up to three when the network hesitates; empty
            when the drawing is no digit.
        confidence: The calibrated probability of the most probable class, 0 to 1, also when the drawing is no digit.
        probabilities: The calibrated probabilities in the order of the classes.
        reason: One short sentence on why the drawing is no digit; empty when it is one.
    """

    is_digit: bool
    labels: tuple[int, ...]
    confidence: float
    probabilities: tuple[float, ...]
    reason: str


def verdict(
    probabilities: NDArray[np.floating],
    digit: NDArray[np.uint8],
    *,
    temperature: float = 1.0,
    knows_non_digits: bool = False,
) -> Verdict:
    """Decide which digit a drawing is, or that it is no digit.

    Args:
        probabilities: The network's answer, (10,), 0 to 1, summing to 1, not calibrated yet.
        digit: The network's input, uint8 (28, 28), white ink on black; an all-black picture is no digit.
        temperature: The network's temperature, fitted on its validation images (`evaluation.fit_temperature`).
        knows_non_digits: Whether the network was trained to be unsure of non-digits; for any other network, the
            detector must be sure too (`detect`).

    Raises:
        ValueError: If the shapes are not these, a probability is not finite, or the temperature is not above 0.
    """
    if probabilities.shape != (10,) or digit.shape != (28, 28):
        raise ValueError(f"A verdict needs (10,) and (28, 28); these are {probabilities.shape} and {digit.shape}.")
    if not np.isfinite(probabilities).all() or not temperature > 0:
        raise ValueError("A verdict needs finite probabilities and a temperature above 0.")
    powers = np.maximum(probabilities.astype(np.float64), 1e-30) ** (1 / temperature)
    shares = powers / powers.sum()
    order = np.argsort(-shares, kind="stable")
    best = float(shares[order[0]])
    reason = ink_problem(digit)
    if not reason and not is_clear(shares):
        reason = "It looks like none of the ten digits."
    elif not reason and not knows_non_digits and not is_clear(detect(digit)):
        reason = f"It looks more like a letter or a shape than like the {order[0]} that this network reads."
    rivals = tuple(int(label) for label in order[:MOST_RIVALS] if shares[label] >= RIVAL * best)
    return Verdict(not reason, () if reason else rivals, best, tuple(shares.tolist()), reason)


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


def ink_problem(digit: NDArray[np.uint8]) -> str:
    """Say in one sentence why the ink of a picture cannot be a digit; empty when it may be one."""
    inked = digit >= FAINT
    rows, columns = np.nonzero(inked)
    if not len(rows):
        return "There is no ink yet."
    height, width = int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1
    ink = digit.sum(dtype=np.int64) / 255
    if max(height, width) < SHORTEST:
        return "It is a dot, too short for a digit."
    if ink < LEAST_INK:
        return "These are dots, too little ink for a digit."
    if ink > MOST_INK:
        return "It is too much ink for a digit, more like a scribble."
    if width > WIDEST * height:
        return "It is wider than any digit."
    if count_pieces(inked) > MOST_PIECES:
        return "It is in more pieces than a digit."
    return ""


def count_pieces(inked: NDArray[np.bool_]) -> int:
    """Count the connected components of the ink; pixels that touch at a corner are connected."""
    height, width = inked.shape
    names = np.where(inked, np.arange(1, inked.size + 1).reshape(inked.shape), 0)
    while True:
        # Each pixel takes the highest name around it, until every component has one name.
        padded = np.pad(names, 1)
        around = [padded[y : y + height, x : x + width] for y in range(3) for x in range(3)]
        spread = np.where(inked, np.max(around, axis=0), 0)
        if np.array_equal(spread, names):
            return len(np.unique(names[inked]))
        names = spread
