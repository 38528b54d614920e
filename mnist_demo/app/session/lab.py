"""The visitor's lab."""

import streamlit as st

from mnist_demo.runs import Ledger


def ledger() -> Ledger:
    """The visitor's runs."""
    return Ledger(st.session_state["lab_id"])
