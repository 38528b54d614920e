"""The pieces that give a page its shape."""

from collections.abc import Sequence
from typing import Any

import streamlit as st


def header(title: str, sentence: str) -> None:
    """A page's title and the one sentence on what can be done here."""
    # Close together: a page has 800 pixels of a projector to say what it is about.
    with st.container(gap=None):
        st.title(title, anchor=False)
        st.markdown(sentence)


def choice(label: str, options: Sequence[str], key: str, **looks: Any) -> str:
    """One of a few, the first by default and never none; it is remembered when the visitor goes to another page.

    Args:
        label: what is chosen, for those who do not see it.
        options: what there is.
        key: the control's own.
        looks: what `st.segmented_control` takes besides.
    """
    chosen = st.segmented_control(
        label,
        options,
        default=options[0],
        required=True,
        key=key,
        persist_state="session",
        label_visibility="collapsed",
        **looks,
    )
    return chosen if chosen in options else options[0]


def reserve_height(height: int) -> None:
    """Keep pixels free in a popover that is filled when it is opened.

    It looks for the side with room for it when it opens, by what is in it then (Streamlit 1.67): an empty one at the
    foot of the screen stays there, and shows no more than a line of what it gets.
    """
    st.container(height=height, border=False)
