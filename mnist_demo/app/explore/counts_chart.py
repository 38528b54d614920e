"""The chart of Explore that the first page shows: the number of images of each class."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_demo.app.theme import colours
from mnist_demo.app.theme.chart_style import text_config


def counts_spec(counts: NDArray[np.int64], class_names: Sequence[str], words: str, ink: str) -> dict[str, Any]:
    """Return the number of images of each class as bars with their count: Vega-Lite with its data.

    The specification is written by hand, because importing Altair would delay the first visitor by half a second.

    Args:
        counts: int64 (10,).
        class_names: Ten names.
        words: The title of the axis.
        ink: The colour of the counts.
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
            # The axis ends a sixth beyond the longest bar, which leaves room for the bar's count.
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
        # The data is one level down, because Streamlit (1.67) makes a pandas table of data at the top.
        "layer": [{"data": {"values": rows}, "layer": [bars, labels]}],
        "height": 300,
        "config": text_config(),
    }
