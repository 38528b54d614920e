"""The pieces that give a page its shape."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

import streamlit as st

Option = TypeVar("Option", bound=StrEnum)


def header(title: str, sentence: str) -> None:
    """Draw a page's title and the one sentence on what can be done here."""
    # Close together: a page has 800 pixels of a projector to say what it is about.
    with st.container(gap=None):
        st.title(title, anchor=False)
        st.markdown(sentence)


def choice(label: str, labels: Mapping[Option, str], key: str, **looks: Any) -> Option:
    """Draw a choice of one of a few, the first by default, which other pages leave as it is.

    Args:
        label: What is chosen, for those who do not see it.
        labels: What the visitor reads of each option.
        key: The control's own.
        looks: What `st.segmented_control` takes besides.
    """
    options = list(labels)
    chosen = st.segmented_control(
        label,
        options,
        default=options[0],
        required=True,
        format_func=lambda option: labels[option],
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
