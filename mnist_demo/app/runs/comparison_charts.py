"""The curves of several runs on one chart, whose specification stays the same while only its data changes."""

import functools
import math
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any

import altair as alt
import pandas as pd

from mnist_demo.app.theme import colours
from mnist_demo.app.theme.chart_style import legible
from mnist_demo.app.widgets.learning_curves import (
    TRAINING,
    VALIDATION,
    Measure,
    curve_frame,
    measure_axis,
    without_data,
)
from mnist_demo.experiment.settings import TrainingSettings
from mnist_demo.runs import History


class Progress(StrEnum):
    """The horizontal axis of the curves: a measure of a training's progress."""

    EPOCHS = "epochs"
    IMAGES = "images"
    SECONDS = "seconds"


_TITLES = {
    Progress.EPOCHS: "epochs",
    Progress.IMAGES: "images seen, repeats included",
    Progress.SECONDS: "seconds of training",
}

_LOWEST_LOSS = 0.001


def comparison_frame(histories: Mapping[str, History]) -> pd.DataFrame:
    """Return the curves of runs as rows for `comparison_spec`.

    Args:
        histories: By the run's label on the chart, which begins with its letter.
    """
    frames = [_run_frame(label, history) for label, history in histories.items()]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _run_frame(label: str, history: History) -> pd.DataFrame:
    frame = curve_frame(history)
    frame["run"] = label
    images_per_epoch = history.plan.images_per_epoch if history.plan else 1
    frame["epochs"] = frame["images"] / images_per_epoch
    # The letter stands at the end of the curve.
    ends = frame.index[frame["series"] == VALIDATION][-1:]
    frame["letter"] = ""
    frame.loc[ends, "letter"] = label.split(" ", 1)[0]
    return frame


def in_step(histories: Mapping[str, History], active: Collection[str]) -> dict[str, History]:
    """Return the figures of runs as they were when each had seen as many images as the slowest active run has now.

    Args:
        histories: By the run's label.
        active: The labels of the active runs; without one, the figures are returned whole.
    """
    seen = [history.images for label, history in histories.items() if label in active]
    return {label: history.up_to(min(seen)) for label, history in histories.items()} if seen else dict(histories)


def axis_end(
    histories: Mapping[str, History],
    settings: Mapping[str, TrainingSettings],
    against: Progress,
    active: Collection[str],
) -> float:
    """Return the end of the axis: that of the longest training, by its plan while a run is active; at least 1.

    The end stays the same while a run trains. Only seconds are unknown in advance; they are rounded up, so that the
    axis seldom moves. A run that was stopped early counts as far as it came, because its plan would squeeze all curves.

    Args:
        histories: By the run's label.
        settings: By the run's label.
        against: The measure of progress on the axis.
        active: The labels of the active runs.
    """
    ends = [1.0]
    for label, history in histories.items():
        ends.append(_planned_end(history, settings[label], against) if label in active else _reached(history, against))
    return max(ends)


def _reached(history: History, against: Progress) -> float:
    match against:
        case Progress.EPOCHS:
            return history.images / history.plan.images_per_epoch if history.plan else 0.0
        case Progress.IMAGES:
            return float(history.images)
        case Progress.SECONDS:
            return float(_round_up(history.seconds))


def _planned_end(history: History, settings: TrainingSettings, against: Progress) -> float:
    """Return where a training is planned to end; a resumed run goes further than its settings say."""
    epochs = max(settings.epochs, history.plan.epochs if history.plan else 0)
    match against:
        case Progress.EPOCHS:
            return float(epochs)
        case Progress.IMAGES:
            return float(epochs * settings.train_images)
        case Progress.SECONDS:
            return float(_round_up(history.seconds))


def _round_up(seconds: float) -> int:
    """Return the next of 1, 2, 5, 10, 20, 50 … seconds and their quarters."""
    if seconds <= 1:
        return 1
    step = max(1.0, 10.0 ** math.floor(math.log10(seconds)) / 4)
    return math.ceil(math.ceil(seconds / step) * step)


def comparison_spec(
    measure: Measure, against: Progress, end: float, labels: tuple[str, ...], training: bool
) -> dict[str, Any]:
    """Return loss, accuracy or error rate of several runs, for `comparison_frame`, as Vega-Lite without data.

    Args:
        measure: The figure on the vertical axis.
        against: The measure of progress on the horizontal axis.
        end: The end of the horizontal axis, from `axis_end`.
        labels: The runs' labels, in the order of their colours; at most six.
        training: Whether the figures on the training images are drawn too, thin and pale.
    """
    return legible(_comparison_spec(measure, against, end, labels, training))


@functools.lru_cache(maxsize=64)
def _comparison_spec(
    measure: Measure, against: Progress, end: float, labels: tuple[str, ...], training: bool
) -> dict[str, Any]:
    base = alt.Chart(pd.DataFrame()).encode(
        x=alt.X(
            f"{against}:Q",
            title=_TITLES[against],
            # The axis ends beyond the curves, which leaves room for the letters.
            scale=alt.Scale(domain=[0, end * 1.04], nice=False),
            axis=alt.Axis(format="~s" if against is Progress.IMAGES else ",.0f", tickCount=8, tickMinStep=1),
        ),
        y=measure_axis(measure),
        color=alt.Color(
            "run:N",
            title=None,
            scale=alt.Scale(domain=list(labels), range=list(colours.RUN_COLOURS[: len(labels)])),
            # The legend's strokes are as wide as the validation curves, and not as pale as the training curves.
            legend=alt.Legend(
                orient="top",
                symbolType="stroke",
                symbolOpacity=1,
                symbolStrokeWidth=3,
                offset=4,
                columns=3,
                labelLimit=260,
            ),
        ),
        tooltip=[
            alt.Tooltip("run:N"),
            alt.Tooltip("series:N"),
            alt.Tooltip("epochs:Q", format=".2~f"),
            alt.Tooltip("images:Q", title="images seen", format=","),
            alt.Tooltip("seconds:Q", format=".1f"),
            alt.Tooltip("loss:Q", format=".4f"),
            alt.Tooltip("accuracy:Q", format=".2%"),
        ],
    )
    validation = base.transform_filter(alt.datum.series == VALIDATION)
    layers = [
        validation.mark_line(strokeWidth=2),
        validation.mark_point(size=45, filled=True, opacity=1, shape="diamond"),
        base.transform_filter(alt.datum.letter != "")
        .mark_text(dx=9, align="left", fontWeight="bold", fontSize=13)
        .encode(text="letter:N", tooltip=alt.value(None)),
    ]
    if training:
        pale = base.transform_filter(alt.datum.series == TRAINING).mark_line(strokeWidth=1, opacity=0.45)
        layers.insert(0, pale)
    return without_data(alt.LayerChart(layer=layers).properties(height=320))
