"""The charts of Explore: one image pixel by pixel, and the map of many."""

import functools
from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mnist_demo.app.theme import colours
from mnist_demo.app.theme.chart_style import legible, text_config
from mnist_demo.app.widgets.learning_curves import without_data
from mnist_demo.data import PcaMap

PIXEL = 10
"""Screen pixels of one pixel of the large digit: 280 in all, which a phone has room for beside the axis."""

PICKED = "picked"
"""Name of the map's selection, whose items hold the clicked `image`."""

# Names up to this length, such as the digits, stand close together in a legend.
_SHORT_NAME = 3

_PLAIN = alt.Axis(grid=False, tickCount=5)


def pixel_frame(image: NDArray[np.uint8]) -> pd.DataFrame:
    """Return the pixels of one image, uint8 (28, 28), as rows for `pixel_spec`."""
    rows, columns = np.indices(image.shape)
    return pd.DataFrame({"row": rows.ravel(), "column": columns.ravel(), "value": image.ravel()})


def pixel_spec(paper: str, ink: str, primary: str) -> dict[str, Any]:
    """Return one large image as Vega-Lite for `pixel_frame`, each pixel with its row, column and value.

    Args:
        paper: The colour of the value 0.
        ink: The colour of the value 255.
        primary: The colour of the frame around the hovered pixel.
    """
    return legible(_pixel_spec(paper, ink, primary))


@functools.lru_cache(maxsize=4)
def _pixel_spec(paper: str, ink: str, primary: str) -> dict[str, Any]:
    pointed = alt.selection_point(name="pointed", on="pointerover", clear="pointerout", empty=False)
    axis = alt.Axis(values=list(range(0, 28, 3)), labelAngle=0, ticks=False, domain=False, grid=False)
    chart = alt.Chart(pd.DataFrame()).mark_rect()
    encoded: alt.Chart = chart.encode(
        x=alt.X("column:O", title="column", axis=axis, scale=alt.Scale(padding=0)),
        y=alt.Y("row:O", title="row", axis=axis, scale=alt.Scale(padding=0)),
        color=alt.Color("value:Q", scale=alt.Scale(domain=[0, 255], range=[paper, ink]), legend=None),
        stroke=alt.condition(pointed, alt.value(primary), alt.value("transparent")),
        strokeWidth=alt.condition(pointed, alt.value(2), alt.value(0)),
        tooltip=["row:O", "column:O", "value:Q"],
    ).add_params(pointed)
    # "pad" adds the axes to the size; "fit" would subtract the axes and leave a pixel 9.3 wide, with seams.
    size = 28 * PIXEL
    return without_data(encoded.properties(width=size, height=size, autosize=alt.AutoSizeParams(type="pad")))


def map_chart(points: PcaMap, class_names: Sequence[str], label: int | None, paper: str, ink: str) -> alt.LayerChart:
    """Return images as points along their first two principal components, with each class' name in its middle.

    Args:
        points: The map from `pca_map`.
        class_names: Ten names.
        label: The highlighted class; None for all.
        paper: The colour of the page, around the names.
        ink: The colour of the names.
    """
    frame = pd.DataFrame(
        {
            "first": points.points[:, 0],
            "second": points.points[:, 1],
            "name": [class_names[each] for each in points.labels],
            "image": points.indices,
            "shown": np.full(len(points.labels), True) if label is None else points.labels == label,
        }
    )
    first, second = (
        f"{which} principal component ({share:.0%} of the variance)"
        for which, share in zip(("first", "second"), points.explained, strict=True)
    )
    x = alt.X("first:Q", title=first, scale=_padded(frame["first"]), axis=_PLAIN)
    y = alt.Y("second:Q", title=second, scale=_padded(frame["second"]), axis=_PLAIN)
    # This many columns fit on a phone.
    columns = 5 if max(map(len, class_names)) <= _SHORT_NAME else 3
    legend = alt.Legend(orient="top", title=None, columns=columns, symbolOpacity=1, labelLimit=90)
    picked = alt.selection_point(name=PICKED, fields=["image"], empty=False)
    dots = (
        alt.Chart(frame)
        .mark_circle()
        .encode(
            x=x,
            y=y,
            color=_class_colour(class_names, legend),
            opacity=alt.condition("datum.shown", alt.value(0.75), alt.value(0.08)),
            size=alt.condition(picked, alt.value(160), alt.value(36)),
            stroke=alt.condition(picked, alt.value(ink), alt.value("transparent")),
            # The title is not "image", because the tooltip treats a value under that title as the address of a picture.
            tooltip=[alt.Tooltip("name:N", title="class"), alt.Tooltip("image:Q", title="index", format=",")],
        )
        .add_params(picked)
    )
    middles = frame[frame["shown"]].groupby("name", as_index=False)[["first", "second"]].median()
    names = alt.Chart(_stacked(middles, frame)).encode(x=x, y=y, text="name:N")
    halo = names.mark_text(fontSize=17, fontWeight="bold", stroke=paper, strokeWidth=5, strokeJoin="round")
    text = names.mark_text(fontSize=17, fontWeight="bold", color=ink)
    chart: alt.LayerChart = alt.LayerChart(layer=[dots, halo, text]).properties(height=460).configure(**text_config())
    return chart


def _class_colour(class_names: Sequence[str], legend: alt.Legend | None) -> alt.Color:
    scale = alt.Scale(domain=list(class_names), range=colours.class_colours())
    return alt.Color("name:N", scale=scale, legend=legend)


def _padded(values: "pd.Series[float]") -> alt.Scale:
    """Return a scale with a margin of half a dot at both ends, also when all values are equal."""
    low, high = float(values.min()), float(values.max())
    margin = (high - low) * 0.03 or 0.5
    return alt.Scale(domain=[low - margin, high + margin], nice=False)


def _stacked(middles: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """Move each name that would cover names below it up to a line above them."""
    width, height = np.maximum(np.ptp(frame[["first", "second"]].to_numpy(), axis=0), 1e-6)
    # The shares of the map are the width of a name's letters and the height of a line.
    apart = (0.02 + 0.012 * middles["name"].str.len().max()) * width
    line = 0.055 * height
    ordered = middles.sort_values("second")
    placed: list[tuple[float, float]] = []
    for x, y in zip(ordered["first"], ordered["second"], strict=True):
        for other_x, other_y in sorted(placed, key=lambda place: place[1]):
            if abs(x - other_x) < apart and y - other_y < line:
                y = max(y, other_y + line)
        placed.append((x, y))
    return ordered.assign(second=[y for _, y in placed])
