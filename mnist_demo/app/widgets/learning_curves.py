"""The learning curves of one run, with a constant specification, so that only the data changes."""

import functools
from enum import StrEnum
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from mnist_demo.app.theme import colours
from mnist_demo.app.theme.chart_style import legible
from mnist_demo.runs import History

MAX_POINTS = 300
"""Most points of a training curve; more could not be distinguished and cost time in the browser."""

TRAINING, VALIDATION, RATE_CHANGED = "training", "validation", "learning rate changed"
"""The two series of `curve_frame`, and the name of its mark for a changed rate."""


class Measure(StrEnum):
    """The figure of a training chart."""

    LOSS = "loss"
    ACCURACY = "accuracy"
    ERROR = "error"


# Each measure has a title, a fixed scale, ticks and their format.
_MEASURES: dict[Measure, tuple[str, alt.Scale, list[float], str]] = {
    Measure.LOSS: (
        "loss (log scale)",
        alt.Scale(type="log", domain=[0.001, 4], clamp=True),
        [0.001, 0.01, 0.1, 1],
        "~g",
    ),
    Measure.ACCURACY: ("accuracy", alt.Scale(domain=[0, 1], clamp=True), [0, 0.2, 0.4, 0.6, 0.8, 1], ".0%"),
    Measure.ERROR: (
        "error rate (log scale)",
        alt.Scale(type="log", domain=[0.001, 1], clamp=True),
        [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1],
        "~%",
    ),
}


def curve_frame(history: History) -> pd.DataFrame:
    """Return a run's curves as rows for `training_spec`: batches reduced to `MAX_POINTS` means, and all epochs."""
    batches = {name: _thinned(column) for name, column in history.batches.items()}
    training = pd.DataFrame(
        {
            "series": TRAINING,
            "images": batches["images"],
            "loss": batches["loss"],
            "accuracy": batches["accuracy"],
            "seconds": batches["seconds"],
        }
    )
    validation = pd.DataFrame(
        {
            "series": VALIDATION,
            "images": history.epochs["images"],
            "loss": history.epochs["val_loss"],
            "accuracy": history.epochs["val_accuracy"],
            "seconds": history.epochs["seconds"],
        }
    )
    changes = pd.DataFrame(
        {
            "series": RATE_CHANGED,
            "images": history.rates["images"],
            "rate": [f"rate {rate:g}" for rate in history.rates["learning_rate"]],
        }
    )
    frame = pd.concat([part for part in (training, validation, changes) if len(part)] or [training], ignore_index=True)
    # The columns are always the same, so that the chart stays the same.
    frame = frame.reindex(columns=[*training.columns, "rate"])
    frame["rate"] = frame["rate"].astype(object).where(frame["rate"].notna(), "")
    # Half an image in ten thousand replaces zero, because a logarithmic axis has no zero.
    frame["error"] = np.maximum(1 - frame["accuracy"], 0.00005)
    return frame


def without_data(chart: alt.Chart | alt.LayerChart) -> dict[str, Any]:
    """Return a chart as Vega-Lite for `st.vega_lite_chart`, which takes the data separately.

    The result can be cached, because it has no data and Altair takes some 50 ms to build a chart.
    """
    spec: dict[str, Any] = chart.to_dict()
    for part in (spec, *spec.get("layer", ())):
        part.pop("data", None)
        part.pop("datasets", None)
    return spec


def measure_axis(measure: Measure) -> alt.Y:
    """Return the vertical axis of a measure, the same on every chart and for all data."""
    title, scale, values, number = _MEASURES[measure]
    return alt.Y(f"{measure}:Q", title=title, scale=scale, axis=alt.Axis(format=number, values=values))


def training_spec(measure: Measure, images: int, images_per_epoch: int, primary: str) -> dict[str, Any]:
    """Return loss, accuracy or error rate against images seen, for `curve_frame`, as Vega-Lite without data.

    Args:
        measure: The column to draw.
        images: The right end of the axis: the images that the whole training will see.
        images_per_epoch: The images of one epoch, whose ends are the ticks of the axis.
        primary: The theme's primary colour, for validation.
    """
    return legible(_training_spec(measure, images, images_per_epoch, primary))


@functools.lru_cache(maxsize=64)
def _training_spec(measure: Measure, images: int, images_per_epoch: int, primary: str) -> dict[str, Any]:
    ticks = _image_ticks(images, images_per_epoch)
    base = alt.Chart(pd.DataFrame()).encode(
        x=alt.X(
            "images:Q",
            title="images seen",
            scale=alt.Scale(domain=[0, images], nice=False),
            axis=alt.Axis(format=",.0f", values=ticks, grid=True, labelOverlap=True),
        ),
        y=measure_axis(measure),
        color=alt.Color(
            "series:N",
            title=None,
            scale=alt.Scale(domain=[TRAINING, VALIDATION], range=[colours.NEUTRAL, primary]),
            legend=alt.Legend(orient="top", symbolType="circle", offset=4),
        ),
        tooltip=[
            alt.Tooltip("series:N"),
            alt.Tooltip("images:Q", title="images seen", format=","),
            alt.Tooltip("loss:Q", format=".4f"),
            alt.Tooltip("accuracy:Q", format=".2%"),
            alt.Tooltip("seconds:Q", format=".1f"),
        ],
    )
    is_validation = alt.datum.series == VALIDATION
    lines = base.transform_filter(alt.datum.series == TRAINING).mark_line(strokeWidth=1.5, opacity=0.9)
    trend = base.transform_filter(is_validation).mark_line(strokeWidth=2, strokeDash=[4, 3])
    # `aria` is off, because before the first epoch the group of points is an image without a text; the line has one.
    points = base.transform_filter(is_validation).mark_point(
        size=60, filled=True, opacity=1, shape="diamond", aria=False
    )
    marks = alt.Chart(pd.DataFrame()).transform_filter(alt.datum.series == RATE_CHANGED).encode(x="images:Q")
    # `aria` is off, because the names have the same text, and an empty group of rules would be an image without a text.
    rules = marks.mark_rule(color=colours.NEUTRAL, strokeDash=[2, 2], aria=False).encode(
        tooltip=alt.Tooltip("rate:N", title="changed to")
    )
    # The names stand where no curve ends: accuracy rises to the top, loss and error fall to the bottom.
    place, up = ("height", -8) if measure is Measure.ACCURACY else (0, 6)
    names = marks.mark_text(align="left", dx=4, dy=up).encode(y=alt.value(place), text="rate:N")
    return without_data(alt.LayerChart(layer=[lines, trend, points, rules, names]).properties(height=260))


def _thinned(column: np.ndarray) -> np.ndarray:
    """Return at most `MAX_POINTS` means of neighbouring values; the first and the last group may be smaller."""
    if len(column) <= MAX_POINTS:
        return column
    groups = np.array_split(column, MAX_POINTS)
    return np.array([group.mean() for group in groups])


def _image_ticks(images: int, images_per_epoch: int) -> list[int]:
    """Return ends of epochs, at most eight of them; round numbers when there is one epoch only."""
    if images > images_per_epoch:
        epochs = images // images_per_epoch
        return [epoch * images_per_epoch for epoch in range(0, epochs + 1, -(-epochs // 8))]
    step = next(step for power in range(6) for step in (10**power, 2 * 10**power, 5 * 10**power) if images / step <= 6)
    return list(range(0, images + 1, step))
