"""A network's answer to one image, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_demo.drawing import Arrangement, Verdict

SURE = 0.7
"""Least probability of the best class at which the page says that the network reads it; below, rivals are named."""


RIVAL = 0.5
"""Least share of the highest probability at which a rival is named while the network is not sure."""


MOST_RIVALS = 3
"""Most rivals that are named; with more rivals, no class is named."""


_CANNOT_TELL = "This network cannot tell."

_REFUSED = {
    Arrangement.ONE: "Not a digit",
    Arrangement.SIDE_BY_SIDE: "One at a time",
    Arrangement.ENCLOSED: "Without the box",
}


@dataclass(frozen=True)
class Answer:
    """What the page says about ten probabilities.

    Attributes:
        label: The class, the classes between which the network hesitates, or '?'; in large type on the page.
        sureness: How sure the network is, in a few words.
        sentence: A sentence with further detail.
    """

    label: str
    sureness: str
    sentence: str


def answer_in_words(probabilities: NDArray[np.floating], class_names: Sequence[str]) -> Answer:
    """Put an answer into words that claim no more than the probabilities do.

    Args:
        probabilities: float (10,), 0 to 1, summing to 1; not finite when the network's weights are not finite.
        class_names: Ten names.
    """
    if not np.isfinite(probabilities).all():
        return Answer("?", "no answer", "The network's weights are no longer numbers: its training went astray.")
    order = np.argsort(-probabilities, kind="stable")
    top = float(probabilities[order[0]])
    first, second = (class_names[index] for index in order[:2])
    if top >= SURE:
        runner_up = whole_percent(float(probabilities[order[1]]))
        return Answer(first, f"{whole_percent(top)} sure", f"The next best is {second}, at {runner_up}.")
    rivals = [class_names[index] for index in order if probabilities[index] >= RIVAL * top]
    if len(rivals) > MOST_RIVALS:
        return Answer("?", "cannot tell", f"{_CANNOT_TELL} Nothing stands out.")
    if len(rivals) == 1:
        return Answer(first, f"only {whole_percent(top)} sure", f"The network is not sure: perhaps {first}.")
    named = ", ".join(rivals[:-1]) + f" or {rivals[-1]}"
    return Answer(named, "not sure", f"The network is not sure: {named}.")


def guess_in_words(probabilities: NDArray[np.floating]) -> Answer:
    """Put the answer of an untrained network, which knows nothing about the digit, into words.

    Args:
        probabilities: float (10,), 0 to 1, summing to 1; the digits' in order.
    """
    top = int(probabilities.argmax())
    share = whole_percent(float(probabilities[top]))
    return Answer(str(top), f"{share}, by chance", "Its numbers are random: it has learned nothing yet.")


def verdict_in_words(verdict: Verdict, class_names: Sequence[str]) -> Answer:
    """Put a verdict on a digit into words.

    Args:
        verdict: The verdict on the drawing.
        class_names: Ten names.
    """
    if not verdict.is_digit:
        return Answer(_REFUSED[verdict.arrangement], "refused", verdict.reason)
    if not verdict.labels:
        best = class_names[int(np.argmax(verdict.probabilities))]
        return Answer(
            "?", "cannot tell", f"{_CANNOT_TELL} Its best guess is {best}, at {whole_percent(verdict.confidence)}."
        )
    names = [class_names[label] for label in verdict.labels]
    if len(names) > 1:
        named = ", ".join(names[:-1]) + f" or {names[-1]}"
        return Answer(named, "not sure", f"The network is not sure: {named}.")
    sureness = f"{whole_percent(verdict.confidence)} sure"
    if verdict.confidence < SURE:
        return Answer(names[0], f"only {sureness}", f"The network is not sure: perhaps {names[0]}.")
    second = int(np.argsort(-np.array(verdict.probabilities), kind="stable")[1])
    share = whole_percent(verdict.probabilities[second])
    return Answer(names[0], sureness, f"The next best is {class_names[second]}, at {share}.")


def answer_text(probabilities: NDArray[np.floating] | None, class_names: Sequence[str]) -> str:
    """Return the text of the bars for visitors who cannot see them, the highest probability first."""
    if probabilities is None or not np.isfinite(probabilities).all():
        return "Ten bars at zero: no answer yet"
    order = np.argsort(-probabilities, kind="stable")
    return "Probabilities: " + ", ".join(f"{class_names[i]} {whole_percent(float(probabilities[i]))}" for i in order)


def whole_percent(share: float) -> str:
    """Return a share in whole percent that is never rounded to certainty: '98%', 'over 99%', 'under 1%'."""
    if share > 0.995:
        return "over 99%"
    return "under 1%" if share < 0.005 else f"{share:.0%}"
