"""The two classes that a network confuses most."""

from dataclasses import dataclass

import numpy as np

from mnist_demo.evaluation import Evaluation
from mnist_demo.evaluation.metrics import wilson_interval

FEWEST_CONFUSED = 5
"""Fewest mistakes between two classes that are worth a comment."""

FEWEST_CORRECT = 0.5
"""Lowest accuracy, 0–1, at which mistakes say something about two classes and not about the whole network."""


@dataclass(frozen=True)
class MostConfused:
    """The two classes with the most mistakes between them; the more frequent mistake is `true` read as `predicted`.

    Attributes:
        count: Images of `true` classified as `predicted`.
        reverse: Images of `predicted` classified as `true`, at most `count`.
    """

    true: int
    predicted: int
    count: int
    reverse: int


def most_confused(evaluation: Evaluation) -> MostConfused | None:
    """Return the pair of classes that stands out among all mistakes; None if no pair does.

    A pair stands out if no other pair has as many mistakes, and if its share of the mistakes is beyond chance.
    """
    mistakes = evaluation.confusion * ~np.eye(len(evaluation.confusion), dtype=bool)
    pairs = np.triu(mistakes + mistakes.T)
    total = int(pairs.sum())
    best, second = np.sort(pairs, axis=None)[::-1][:2].tolist()
    if best < FEWEST_CONFUSED or best == second or evaluation.accuracy < FEWEST_CORRECT:
        return None
    classes = len(pairs)
    number = classes * (classes - 1) // 2
    # The pair was chosen as the largest of `number`, so its interval is wider by Bonferroni's correction.
    if wilson_interval(best, total, 1 - 0.05 / number).low <= 1 / number:
        return None
    first, other = (int(each) for each in np.unravel_index(pairs.argmax(), pairs.shape))
    if mistakes[other, first] > mistakes[first, other]:
        first, other = other, first
    return MostConfused(first, other, int(mistakes[first, other]), int(mistakes[other, first]))
