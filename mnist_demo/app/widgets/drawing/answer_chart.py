"""A network's answer to one image, as ten bars."""

import functools
from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mnist_demo.app.theme import colours
from mnist_demo.app.theme.chart_style import legible
from mnist_demo.app.widgets.drawing.answer_words import whole_percent
from mnist_demo.app.widgets.learning_curves import without_data

HEIGHT = 290
"""Height of the ten bars with their axis, in screen pixels."""


def answer_frame(
    probabilities: NDArray[np.floating] | None, class_names: Sequence[str], *, is_refused: bool = False
) -> pd.DataFrame:
    """Return the ten rows for `answer_spec`.

    Args:
        probabilities: float (10,), 0 to 1; None, or values that are not finite, give ten empty bars.
        class_names: Ten names.
        is_refused: Whether the drawing is refused as no digit; then no bar is highlighted.
    """
    at_rest = probabilities is None or not np.isfinite(probabilities).all()
    shares = np.zeros(10) if probabilities is None or at_rest else probabilities.astype(np.float64)
    return pd.DataFrame(
        {
            "class": list(class_names),
            "probability": shares,
            # Small shares get no label, because nine times "under 1%" would be noise.
            "percent": [whole_percent(float(share)) if share >= 0.005 else "" for share in shares],
            "highest": [not at_rest and not is_refused and index == int(shares.argmax()) for index in range(10)],
        }
    )


def answer_spec(primary: str) -> dict[str, Any]:
    """Return ten horizontal bars as Vega-Lite for `answer_frame`, the longest in the theme's primary colour.

    Args:
        primary: The colour as '#rrggbb'.
    """
    return legible(_spec(primary))


# The chart is cached, because Altair takes some 50 ms to build it and a stroke is answered in a few.
@functools.lru_cache(maxsize=4)
def _spec(primary: str) -> dict[str, Any]:
    base = alt.Chart(pd.DataFrame()).encode(
        y=alt.Y(
            "class:N",
            sort=None,
            title=None,
            axis=alt.Axis(labelFontSize=14, labelOverlap=False, ticks=False, domain=False),
        ),
        x=alt.X(
            "probability:Q",
            title="probability",
            # The axis ends at 1.28, because the label of a full bar needs room on a phone of 360 pixels.
            scale=alt.Scale(domain=[0, 1.28], nice=False),
            axis=alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1]),
        ),
        tooltip=[alt.Tooltip("class:N"), alt.Tooltip("probability:Q", format=".3%")],
    )
    bars = base.mark_bar(height={"band": 0.7}).encode(
        color=alt.condition(alt.datum.highest, alt.value(primary), alt.value(colours.NEUTRAL))
    )
    labels = base.mark_text(align="left", baseline="middle", dx=5, fontSize=13).encode(text="percent:N")
    return without_data(alt.LayerChart(layer=[bars, labels]).properties(height=HEIGHT))
