"""The answers of several runs to the same digit, side by side."""

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from mnist_demo.app.session import current
from mnist_demo.app.theme import colours
from mnist_demo.app.theme.chart_style import text_config
from mnist_demo.app.widgets import live
from mnist_demo.app.widgets.drawing import reading
from mnist_demo.app.widgets.drawing.answer_words import answer_text
from mnist_demo.app.widgets.drawing.digit_input import DigitInput
from mnist_demo.app.widgets.drawing.reading import Reading
from mnist_demo.app.widgets.run_choice import run_labels
from mnist_demo.app.words import escape_markdown
from mnist_demo.inference import InferenceError
from mnist_demo.runs import Run, name_of

MOST = 4
"""Most runs side by side."""

_CHOICE = "draw_runs"
_CARD_WIDTH = 210
_CHART_HEIGHT = 110
_NAME_LENGTH = 70  # most screen pixels of a class name


def show(given: DigitInput) -> None:
    """Draw a choice of runs, and a card for each chosen run."""
    runs = {run.id: run for run in current.trained_runs(while_learning=True)}
    if len(runs) < 2:
        st.markdown("Train another network, and both answers stand here side by side.")
        return
    # A run that was deleted meanwhile leaves the choice.
    kept = [run_id for run_id in st.session_state.get(_CHOICE, list(runs)[:2]) if run_id in runs][:MOST]
    st.session_state[_CHOICE] = kept
    labels = run_labels(runs)
    chosen = st.multiselect(
        f"Networks, up to {MOST}",
        list(runs),
        format_func=lambda run_id: labels.get(run_id, run_id),
        max_selections=MOST,
        key=_CHOICE,
        persist_state="session",
    )

    def cards() -> None:
        with st.container(horizontal=True, gap="medium"):
            for run_id in chosen[:MOST]:
                with st.container(width=_CARD_WIDTH, border=True):
                    _card(runs[run_id], given)

    live.live(cards, live.reading(*(runs[run_id] for run_id in chosen[:MOST])))


def _card(run: Run, given: DigitInput) -> None:
    said: Reading | None = None
    problem = ""
    if given.digit is not None:
        try:
            said = reading.read(run, given)
        except InferenceError as error:
            problem = str(error)
    st.metric(
        escape_markdown(name_of(run)),
        said.answer.label if said else "–",
        said.answer.sureness if said else "nothing yet",
        delta_color="off",
        delta_arrow="off",
    )
    names = reading.class_names(run)
    probabilities = said.probabilities if said else None
    st.altair_chart(
        _columns(said, names),
        key=f"draw_runs_{run.id}",
        alt=f"{name_of(run)}: {answer_text(probabilities, names)}",
    )
    if problem:
        st.markdown(f":material/error: {escape_markdown(problem)}")


def _columns(reading: Reading | None, names: tuple[str, ...]) -> alt.Chart:
    """Return ten small columns from 0 to 1, the longest in the primary colour unless the drawing is refused."""
    at_rest = reading is None or not np.isfinite(reading.probabilities).all()
    shares = np.zeros(10) if reading is None or at_rest else reading.probabilities
    stands_out = reading is not None and not at_rest and not reading.is_refused
    frame = pd.DataFrame(
        {
            "class": list(names),
            "probability": shares,
            "highest": [stands_out and index == int(shares.argmax()) for index in range(10)],
        }
    )
    # Longer names are vertical and need more height, because the chart's height includes the axis.
    angle, height = (0, _CHART_HEIGHT) if max(map(len, names)) <= 2 else (-90, _CHART_HEIGHT + _NAME_LENGTH)
    axis = alt.Axis(labelAngle=angle, labelLimit=_NAME_LENGTH, labelOverlap=False, ticks=False)
    columns: alt.Chart = (
        alt.Chart(frame)
        .mark_bar(width={"band": 0.7})
        .encode(
            x=alt.X("class:N", sort=None, title=None, axis=axis),
            y=alt.Y("probability:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=None),
            color=alt.condition(alt.datum.highest, alt.value(colours.primary_colour()), alt.value(colours.NEUTRAL)),
            tooltip=[alt.Tooltip("class:N"), alt.Tooltip("probability:Q", format=".3%")],
        )
        .properties(height=height)
        .configure(**text_config())
    )
    return columns
