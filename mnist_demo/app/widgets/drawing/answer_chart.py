"""A network's answer to one image, as ten bars.

The specification is written by hand, because importing Altair would delay the first visitor by half a second.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mnist_demo.app.theme import colours
from mnist_demo.app.theme.chart_style import text_config
from mnist_demo.app.widgets.drawing.answer_words import whole_percent

HEIGHT = 290
"""Height of the ten bars with their axis, in screen pixels."""


def answer_table(
    probabilities: NDArray[np.floating] | None, class_names: Sequence[str], *, is_refused: bool = False
) -> Any:
    """Return the ten rows for `answer_spec` as an Arrow table.

    Args:
        probabilities: float (10,), 0 to 1; None, or values that are not finite, give ten empty bars.
        class_names: Ten names.
        is_refused: Whether the drawing is refused as no digit; then no bar is highlighted.
    """
    at_rest = probabilities is None or not np.isfinite(probabilities).all()
    shares = np.zeros(10) if probabilities is None or at_rest else probabilities.astype(np.float64)
    return pa.table(
        {
            "class": list(class_names),
            "probability": shares,
            # Small shares get no label, because nine times "under 1%" would be noise.
            "percent": [whole_percent(float(share)) if share >= 0.005 else "" for share in shares],
            "highest": [not at_rest and not is_refused and index == int(shares.argmax()) for index in range(10)],
        }
    )


def answer_spec(primary: str) -> dict[str, Any]:
    """Return ten horizontal bars as Vega-Lite for `answer_table`, the longest in the theme's primary colour.

    Args:
        primary: The colour as '#rrggbb'.
    """
    probability = {"field": "probability", "type": "quantitative"}
    name = {"field": "class", "type": "nominal"}
    place = {
        "y": {
            **name,
            "sort": None,
            "title": None,
            "axis": {"labelFontSize": 14, "labelOverlap": False, "ticks": False, "domain": False},
        },
        "x": {
            **probability,
            "title": "probability",
            # The axis ends at 1.28, because the label of a full bar needs room on a phone of 360 pixels.
            "scale": {"domain": [0, 1.28], "nice": False},
            "axis": {"format": ".0%", "values": [0, 0.25, 0.5, 0.75, 1]},
        },
        "tooltip": [name, {**probability, "format": ".3%"}],
    }
    colour = {"condition": {"test": "datum.highest", "value": primary}, "value": colours.NEUTRAL}
    bars = {"mark": {"type": "bar", "height": {"band": 0.7}}, "encoding": {**place, "color": colour}}
    labels = {
        "mark": {"type": "text", "align": "left", "baseline": "middle", "dx": 5, "fontSize": 13},
        "encoding": {**place, "text": {"field": "percent", "type": "nominal"}},
    }
    return {"layer": [bars, labels], "height": HEIGHT, "config": text_config()}
