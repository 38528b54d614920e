"""Buttons that start a training: a click counts, even when the visitor leaves the page at once."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from mnist_demo.app import datasets, state
from mnist_demo.app.failures import could_not
from mnist_demo.experiment import Experiment
from mnist_demo.presets import PRESETS
from mnist_demo.runs import Run


class StartError(Exception):
    """Why something could not be started: a sentence for the page."""


def start_button(label: str, start: Callable[[], None], *, key: str, **looks: Any) -> None:
    """A button that starts something, and beside it why the last click could not.

    Streamlit calls back before it draws anything. What stands behind `if st.button(…)` would be given up when another
    click, such as one on the next page, comes before the script has reached that line.

    Args:
        label: what the button says.
        start: does it, and raises `StartError` when that is not possible.
        key: the button's own.
        looks: what `st.button` takes besides.
    """
    refused = f"refused_{key}"
    st.button(label, key=key, on_click=_try, args=(start, refused), **looks)
    if refusal := st.session_state.pop(refused, None):
        st.error(refusal, icon=":material/error:")


def _try(start: Callable[[], None], refused: str) -> None:
    try:
        start()
    except StartError as refusal:
        st.session_state[refused] = str(refusal)
    # The whole page, also when the button stands in a fragment: all of it is about another run now.
    st.rerun()


def train(experiment: Experiment) -> None:
    """Start training an experiment; the second of two quick clicks finds it begun and does nothing.

    Raises:
        StartError: when the run cannot be created.
    """
    current = state.run()
    if current is None or not state.run_state(current).is_active:
        begin(experiment)


def train_preset(name: str) -> None:
    """Put a preset on the bench, on the data that lies there, and start training it, as `train` does."""
    wanted = preset(name)
    state.set_experiment(wanted)
    train(wanted)


def preset(name: str) -> Experiment:
    """A preset on the data that lies on the bench."""
    return datasets.fit(PRESETS[name], state.experiment().data)


def offer_fast() -> None:
    """The way in for a lab that has no network yet."""
    state.prepare_training(preset("fast"))
    start_button(
        "Train the fast network",
        lambda: train_preset("fast"),
        type="primary",
        icon=":material/play_arrow:",
        key="train_fast",
    )


def begin(experiment: Experiment) -> Run:
    """Queue an experiment, whatever else is being trained.

    Raises:
        StartError: when the run cannot be created.
    """
    try:
        return state.start_training(experiment)
    except OSError as error:
        raise StartError(could_not("The run could not be created", error)) from error
