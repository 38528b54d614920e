"""Buttons that start a training: a click counts, even when the visitor leaves the page at once."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from mnist_demo.app.session.trainings import StartError, train_preset


def start_button(label: str, start: Callable[[], None], *, key: str, **looks: Any) -> None:
    """Draw a button that starts a training, and beside it why the last click failed.

    Streamlit calls the callback before it draws anything. Code behind `if st.button(…)` would be skipped when another
    click, such as one on the next page, comes before the script has reached that line.

    Args:
        label: The text of the button.
        start: A function that starts the training, and raises `StartError` when that is impossible.
        key: The key of the button.
        looks: Further arguments of `st.button`.
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
    # The whole page is drawn again, also when the button is in a fragment, because all of it shows another run now.
    st.rerun()


def offer_fast() -> None:
    """Draw the start of a first training, for a lab whose pages show an example."""
    start_button(
        "Train the fast network",
        lambda: train_preset("fast"),
        type="primary",
        icon=":material/play_arrow:",
        key="train_fast",
    )
