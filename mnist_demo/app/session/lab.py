"""The visitor's lab."""

import streamlit as st

from mnist_demo.runs import Lab, home


def lab() -> Lab:
    """Return the visitor's lab."""
    return Lab(home(), st.session_state["lab_id"])
