"""Decide whether a drawing is a digit at all, because a network of ten answers cannot say "none of them".

Only the ink and the detector refuse a drawing. A network that hesitates over a digit says something about itself.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_demo.drawing.arrangement import Arrangement
from mnist_demo.drawing.decidedness import is_clear
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

RIVAL = 0.4
"""Least share of the best answer's probability that a rival of it has."""

MOST_RIVALS = 3

_ARRANGED_BADLY = {
    Arrangement.SIDE_BY_SIDE: "These are several digits side by side. Draw one digit at a time.",
    Arrangement.ENCLOSED: "There is a box or a circle around the digit. Draw it without the box.",
}


@dataclass(frozen=True)
class Verdict:
    """The decision on a drawing.

    Attributes:
        is_digit: Whether the drawing is accepted as a digit.
        labels: The possible classes, the most probable first: one, or up to three when the network hesitates; empty
            when the drawing is no digit, or when the network cannot tell which digit it is.
        confidence: The calibrated probability of the most probable class, 0 to 1, also without a class.
        probabilities: The calibrated probabilities in the order of the classes.
        reason: One or two short sentences on why the drawing is no digit; empty when it is one.
        arrangement: How the drawing's strokes are arranged.
    """

    is_digit: bool
    labels: tuple[int, ...]
    confidence: float
    probabilities: tuple[float, ...]
    reason: str
    arrangement: Arrangement = Arrangement.ONE


def verdict(
    probabilities: NDArray[np.floating],
    digit: NDArray[np.uint8],
    *,
    temperature: float = 1.0,
    arrangement: Arrangement = Arrangement.ONE,
    is_known_digit: bool = False,
) -> Verdict:
    """Decide which digit a drawing is, or that it is no digit.

    Args:
        probabilities: The network's answer, (10,), 0 to 1, summing to 1, not calibrated yet.
        digit: The network's input, uint8 (28, 28), white ink on black; an all-black picture is no digit.
        temperature: The network's temperature, fitted on its validation images (`evaluation.fit_temperature`).
        arrangement: How the drawing's strokes are arranged; only one digit is accepted.
        is_known_digit: Whether the picture is a labelled digit, which is never refused.

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
    reason = "" if is_known_digit else drawing_problem(digit, arrangement)
    labels: tuple[int, ...] = ()
    if not reason and is_clear(shares):
        labels = tuple(int(label) for label in order[:MOST_RIVALS] if shares[label] >= RIVAL * best)
    return Verdict(not reason, labels, best, tuple(shares.tolist()), reason, arrangement)


def drawing_problem(digit: NDArray[np.uint8], arrangement: Arrangement = Arrangement.ONE) -> str:
    """Say why a drawing is no digit, whatever network is asked; empty when it is one."""
    if reason := _ARRANGED_BADLY.get(arrangement, "") or ink_problem(digit):
        return reason
    return "" if is_clear(detect(digit)) else "It looks more like a letter or a shape than like a digit."


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
