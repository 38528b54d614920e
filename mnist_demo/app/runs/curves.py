"""The curves of two to six runs on one chart, and the choice of what they show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from mnist_demo.app.runs.comparison_charts import Progress, axis_end, comparison_frame, comparison_spec
from mnist_demo.app.runs.rows import RunRow
from mnist_demo.app.widgets.layout import choice
from mnist_demo.app.widgets.learning_curves import Measure
from mnist_demo.runs import History

_LETTERS = "ABCDEF"

_AGAINST = {Progress.IMAGES: "Images seen", Progress.EPOCHS: "Epochs", Progress.SECONDS: "Seconds"}
_MEASURES = {Measure.ACCURACY: "Accuracy", Measure.ERROR: "Error rate", Measure.LOSS: "Loss"}


def labels_of(rows: Sequence[RunRow]) -> list[str]:
    """Return the labels of compared runs: a letter, which tells runs of one name apart, and the name."""
    return [f"{letter} {row.name}" for letter, row in zip(_LETTERS, rows, strict=False)]


@dataclass(frozen=True)
class Axes:
    """What the chart shows: its two axes, and whether it has the figures on the training images too."""

    measure: Measure
    against: Progress
    training: bool


def choose_axes(against: Progress | None = None) -> Axes:
    """Draw the choice of the axes in the caller's row.

    Args:
        against: The horizontal axis where it is not to be chosen.
    """
    measure = choice("Figure", _MEASURES, "compare_measure")
    against = against or choice("Against", _AGAINST, "compare_against")
    training = st.toggle(
        "Training images too",
        True,
        key="compare_training",
        persist_state="session",
        help="Thin and pale: the figures on the images that the networks learn from, batch by batch.",
    )
    return Axes(measure, against, training)


def draw(rows: Sequence[RunRow], histories: Mapping[str, History], axes: Axes) -> None:
    """Draw the curves.

    Args:
        rows: The runs.
        histories: Their figures by label, in the same order.
        axes: What is shown.
    """
    settings = {label: row.experiment.training for label, row in zip(histories, rows, strict=True)}
    going_on = [label for label, row in zip(histories, rows, strict=True) if row.state.is_active]
    end = axis_end(histories, settings, axes.against, going_on)
    st.vega_lite_chart(
        comparison_frame(histories),
        comparison_spec(axes.measure, axes.against, end, tuple(histories), axes.training),
        key=f"compare_{axes.measure}_{axes.against}_{'_'.join(row.id for row in rows)}",
        alt=f"{_MEASURES[axes.measure]} on the validation images against {_AGAINST[axes.against].lower()}, "
        f"a line for each of {', '.join(histories)}",
    )
