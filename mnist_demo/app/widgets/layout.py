"""Elements of a page's layout."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

import streamlit as st

from mnist_demo.app import navigation
from mnist_demo.app.widgets import glossary

Option = TypeVar("Option", bound=StrEnum)


def header(page: navigation.Page, sentence: str, words: str = "") -> None:
    """Draw a page's title, the words of the page beside it, and one sentence on its purpose.

    Args:
        page: The page.
        sentence: The page's purpose.
        words: Texts of the page that come from files, whose terms belong to the words of the page.
    """
    # The gap is small, because a projector shows 800 pixels of the page.
    with st.container(gap=None):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.title(page.heading or page.title, anchor=False, width="content")
            glossary.show(page.name, words)
        st.markdown(sentence)


def choice(label: str, labels: Mapping[Option, str], key: str, **looks: Any) -> Option:
    """Draw a choice of one of a few options, the first by default, and keep it when the visitor leaves the page.

    Args:
        label: The name of the choice, for visitors who cannot see it.
        labels: The visible name of each option.
        key: The key of the control.
        looks: Further arguments of `st.segmented_control`.
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
    """Reserve pixels in a popover that is filled when it is opened.

    A popover chooses its side by its content when it opens (Streamlit 1.67): an empty popover at the foot of the screen
    stays below its button, and shows no more than one line of its later content.
    """
    st.container(height=height, border=False)
