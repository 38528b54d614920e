"""A page of plain Streamlit that counts presses of a button beside a live fragment; a test serves this page.

An environment variable applies the patch.
"""

import os

import streamlit as st

from mnist_demo.app.streamlit_patches.count_presses_once import COUNT_PRESSES_ONCE


@st.cache_resource
def mend() -> bool:
    """Apply the patch, once for the server."""
    return COUNT_PRESSES_ONCE.apply()


if "MENDED" in os.environ:
    mend()


def count() -> None:
    """Count a press."""
    st.session_state["presses"] = st.session_state.get("presses", 0) + 1


@st.fragment(run_every=0.3)
def live() -> None:
    """Draw the button and the number of its presses."""
    st.button("Press", on_click=count)
    st.write(f"Pressed {st.session_state.get('presses', 0)} times")


live()
