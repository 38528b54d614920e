"""Buttons that start a training: a click counts, even when the visitor leaves the page at once."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from mnist_demo.app.session.trainings import StartError, train_preset


def start_button(label: str, start: Callable[[], None], *, key: str, **looks: Any) -> None:
    """Draw a button that starts something, and beside it why the last click could not.

    Streamlit calls back before it draws anything. What stands behind `if st.button(…)` would be given up when another
    click, such as one on the next page, comes before the script has reached that line.

    Args:
        label: What the button says.
        start: Does it, and raises `StartError` when that is not possible.
        key: The button's own.
        looks: What `st.button` takes besides.
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


def offer_fast() -> None:
    """Draw the way in for a lab that has no network yet."""
    start_button(
        "Train the fast network",
        lambda: train_preset("fast"),
        type="primary",
        icon=":material/play_arrow:",
        key="train_fast",
    )
