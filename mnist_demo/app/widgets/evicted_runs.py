"""What a lab lost to the limits of the store: said once on whatever page, and on Runs until it is dismissed."""

import logging

import streamlit as st

from mnist_demo.app.session import housekeeping
from mnist_demo.app.words import escape_markdown, plural
from mnist_demo.runs import Evicted, EvictionReason, Ledger, evicted_path, forget_evicted, read_evicted

_TOLD = "dropped_told"

_log = logging.getLogger(__name__)


def tell(ledger: Ledger) -> None:
    """Say once what a lab lost; the page Runs says it until it is dismissed."""
    try:
        changed = evicted_path(ledger).stat().st_mtime_ns
    except OSError:
        return
    if st.session_state.get(_TOLD) != (ledger.lab, changed):
        st.session_state[_TOLD] = (ledger.lab, changed)
        if evicted := read_evicted(ledger):
            st.toast(_sentence(evicted), icon=":material/auto_delete:")


def show(ledger: Ledger) -> None:
    """What a lab lost, until the visitor has taken note."""
    if (evicted := read_evicted(ledger)) is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.markdown(f"{_sentence(evicted)} Pin what you want to keep.", width="content")
        st.button(
            "Dismiss",
            icon=":material/close:",
            key="dropped_dismiss",
            on_click=_forget,
            args=(ledger,),
            type="tertiary",
        )


def _forget(ledger: Ledger) -> None:
    try:
        forget_evicted(ledger)
    except OSError as error:
        _log.warning("What a lab lost could not be forgotten: %s", error)


def _sentence(evicted: Evicted) -> str:
    more = evicted.count - 1
    others = f" and {plural(more, 'other run')}" if more else ""
    bound = housekeeping.limits()
    why = {
        EvictionReason.COUNT: f"a lab keeps {bound.max_runs:,} runs",
        EvictionReason.AGE: f"runs are kept for {bound.max_days:,} days",
        EvictionReason.BYTES: f"the server keeps {bound.max_megabytes:,} MB of runs",
    }
    were = "were" if more else "was"
    return f"**{escape_markdown(evicted.name)}**{others} {were} dropped: {why[evicted.reason]}, the oldest go first."
