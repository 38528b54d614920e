"""The chart of Explore that the first page shows: how many images each class has."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_demo.app.theme import colours
from mnist_demo.app.theme.chart_style import text_config


def counts_spec(counts: NDArray[np.int64], class_names: Sequence[str], words: str, ink: str) -> dict[str, Any]:
    """Return how many images each class has, as bars with their count: Vega-Lite with its data.

    Written as it is and not with Altair, which the first visitor would wait half a second for.

    Args:
        counts: int64 (10,).
        class_names: Ten names.
        words: What is counted, for the axis.
        ink: Colour of the counts.
    """
    shares = counts / max(int(counts.sum()), 1)
    rows = [
        {"name": name, "count": int(count), "share": float(share)}
        for name, count, share in zip(class_names, counts, shares, strict=True)
    ]
    count = {"field": "count", "type": "quantitative"}
    name = {"field": "name", "type": "nominal"}
    place = {
        "x": {
            **count,
            "title": words,
            # A sixth more than the longest bar, which is room for its count.
            "scale": {"domain": [0, max(int(counts.max()), 1) * 7 / 6], "nice": False},
            "axis": {"format": ",d", "tickCount": 4, "tickMinStep": 1, "grid": False},
        },
        "y": {
            **name,
            "title": None,
            "sort": list(class_names),
            "axis": {"labelLimit": 150, "ticks": False, "domain": False},
        },
        "tooltip": [
            {**name, "title": "class"},
            {**count, "title": "images", "format": ","},
            {"field": "share", "type": "quantitative", "format": ".1%"},
        ],
    }
    colour = {**name, "legend": None, "scale": {"domain": list(class_names), "range": colours.class_colours()}}
    bars = {"mark": {"type": "bar", "height": {"band": 0.75}}, "encoding": {**place, "color": colour}}
    labels = {
        "mark": {"type": "text", "align": "left", "dx": 5, "color": ink},
        "encoding": {**place, "text": {**count, "format": ","}},
    }
    return {
        # One level down, as Streamlit (1.67) takes data at the top for a table, which pandas would have to make.
        "layer": [{"data": {"values": rows}, "layer": [bars, labels]}],
        "height": 300,
        "config": text_config(),
    }
