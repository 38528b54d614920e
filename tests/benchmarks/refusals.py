"""The refusals at every threshold, of digits that should be accepted and of non-digits."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_demo.drawing import digit_from_strokes
from mnist_demo.drawing.decidedness import DECIDED, TWO_BEST, decidedness, is_clear
from mnist_demo.drawing.detector import detect
from mnist_demo.drawing.verdict import ink_problem
from mnist_demo.evaluation import calibrated
from tests.benchmarks.non_digits import non_digits
from tests.benchmarks.report import print_table

THRESHOLDS = (0.0, 1.0, 1.5, 1.7, DECIDED, 2.3, 2.7, 3.5, 4.5)
"""Thresholds of decidedness; the threshold of the two best answers' sum is fixed."""

OF_EACH = 10
BOX = 300.0
"""Side of the canvas of the non-digits, in canvas pixels."""


@dataclass(frozen=True)
class Trial:
    """Pictures and a network's answers.

    Attributes:
        images: uint8 (n, 28, 28).
        answers: One array for each seed, float (n, 10), not calibrated.
    """

    images: NDArray[np.uint8]
    answers: list[NDArray[np.float32]]


def non_digit_images(pen: float) -> dict[str, NDArray[np.uint8]]:
    """Return the non-digits by kind as network inputs, uint8 (n, 28, 28); `pen` is a width as a share of the canvas."""
    return {
        kind: np.stack([digit_from_strokes(each, canvas=(BOX, BOX), drawn_pen_width=pen * BOX) for each in drawings])
        for kind, drawings in non_digits(OF_EACH).items()
    }


def trade_off(
    name: str, digits: dict[str, Trial], others: dict[str, Trial], temperatures: list[float], *, is_seconded: bool
) -> dict[str, dict[str, float]]:
    """Print and return, by threshold, the shares of digits refused and of non-digits accepted.

    Args:
        name: The name of the network.
        digits: The digits by name, such as "pen".
        others: The non-digits by kind.
        temperatures: The network's temperatures, one for each seed.
        is_seconded: Whether the detector must agree, at its own threshold.
    """
    decided = {
        kind: _decidedness(trial, temperatures, is_seconded=is_seconded) for kind, trial in {**digits, **others}.items()
    }
    by_threshold: dict[str, dict[str, float]] = {}
    rows = []
    for threshold in THRESHOLDS:
        refused = {f"{kind} refused": float((decided[kind] < threshold).mean()) for kind in digits}
        accepted = {f"{kind} accepted": float((decided[kind] >= threshold).mean()) for kind in others}
        accepted["all accepted"] = float(np.mean([(decided[kind] >= threshold).mean() for kind in others]))
        by_threshold[str(threshold)] = {**refused, **accepted}
        mark = "chosen" if threshold == DECIDED else ""
        rows.append((threshold, *(f"{share:.1%}" for share in (*refused.values(), *accepted.values())), mark))
    print_table((f"{name}, decidedness", *refused, *accepted, ""), rows)
    return by_threshold


def _decidedness(trial: Trial, temperatures: list[float], *, is_seconded: bool) -> NDArray[np.float64]:
    """Return the decidedness of each answer, (seeds, n); −1 where ink, detector or the two best answers refuse it."""
    possible = np.array([not ink_problem(image) for image in trial.images])
    if is_seconded:
        possible &= [is_clear(detect(image)) for image in trial.images]
    decided = []
    for answers, temperature in zip(trial.answers, temperatures, strict=True):
        shares = calibrated(answers, temperature)
        two_best = np.sort(shares, axis=1)[:, -2:].sum(axis=1)
        decided.append(np.where(possible & (two_best >= TWO_BEST), decidedness(shares), -1.0))
    return np.stack(decided)
