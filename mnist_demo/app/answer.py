"""A network's answer for one image: in words, and as ten bars."""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

SURE = 0.7
"""From this probability on the network is said to read something; below it, what it hesitates between is named."""

RIVAL = 0.5
"""What has at least this share of the highest probability is named beside it when the network is not sure."""

MOST_RIVALS = 3
"""When more than these are close together, nothing stands out."""

HEIGHT = 290
"""Of the ten bars with their axis, in screen pixels."""


@dataclass(frozen=True)
class Answer:
    """What to say about ten probabilities.

    Attributes:
        label: the class, or the classes that the network hesitates between, or '?'; large on the page.
        sureness: how sure the network is, in a few words.
        sentence: what else is worth knowing.
    """

    label: str
    sureness: str
    sentence: str


def answer_in_words(probabilities: NDArray[np.float32], class_names: Sequence[str]) -> Answer:
    """Put an answer into words that claim no more than it does.

    Args:
        probabilities: float (10,), 0 to 1, summing to 1; not finite when the network's weights are not.
        class_names: ten.
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
        return Answer("?", "cannot tell", "Nothing stands out: to this network it looks like no digit it knows.")
    if len(rivals) == 1:
        return Answer(first, f"only {whole_percent(top)} sure", f"The network is not sure: perhaps {first}.")
    named = ", ".join(rivals[:-1]) + f" or {rivals[-1]}"
    return Answer(named, "not sure", f"The network is not sure: {named}.")


def answer_text(probabilities: NDArray[np.float32] | None, class_names: Sequence[str]) -> str:
    """What the bars say, highest first, for those who do not see them."""
    if probabilities is None or not np.isfinite(probabilities).all():
        return "Ten bars at zero: no answer yet"
    order = np.argsort(-probabilities, kind="stable")
    return "Probabilities: " + ", ".join(f"{class_names[i]} {whole_percent(float(probabilities[i]))}" for i in order)


def answer_chart(probabilities: NDArray[np.float32] | None, class_names: Sequence[str], primary: str) -> alt.LayerChart:
    """Ten horizontal bars, the longest in the theme's primary colour.

    Args:
        probabilities: float (10,), 0 to 1; None, or not finite, for ten bars at rest.
        class_names: ten.
        primary: '#rrggbb'.
    """
    at_rest = probabilities is None or not np.isfinite(probabilities).all()
    shares = np.zeros(10) if probabilities is None or at_rest else probabilities.astype(np.float64)
    frame = pd.DataFrame(
        {
            "class": list(class_names),
            "probability": shares,
            # Nine times "under 1%" would be noise.
            "percent": [whole_percent(float(share)) if share >= 0.005 else "" for share in shares],
            "highest": [not at_rest and index == int(shares.argmax()) for index in range(10)],
        }
    )
    base = alt.Chart(frame).encode(
        y=alt.Y(
            "class:N",
            sort=None,
            title=None,
            axis=alt.Axis(labelFontSize=14, labelOverlap=False, ticks=False, domain=False),
        ),
        x=alt.X(
            "probability:Q",
            title="probability",
            # A little more than 1, so that the label of a full bar has its place.
            scale=alt.Scale(domain=[0, 1.2], nice=False),
            axis=alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1]),
        ),
        tooltip=[alt.Tooltip("class:N"), alt.Tooltip("probability:Q", format=".3%")],
    )
    bars = base.mark_bar(height={"band": 0.7}).encode(
        color=alt.condition(alt.datum.highest, alt.value(primary), alt.value("#8a8d94"))
    )
    labels = base.mark_text(align="left", baseline="middle", dx=5, fontSize=13, color="#8a8d94").encode(
        text="percent:N"
    )
    return alt.LayerChart(layer=[bars, labels]).properties(height=HEIGHT)


def whole_percent(share: float) -> str:
    """A share in whole percent that is never rounded to certainty: '98%', 'over 99%', 'under 1%'."""
    if share > 0.995:
        return "over 99%"
    return "under 1%" if share < 0.005 else f"{share:.0%}"
