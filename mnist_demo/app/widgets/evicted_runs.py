"""Evicted runs: the loss is told once on any page, and shown on Runs until the visitor dismisses it."""

import logging

import streamlit as st

from mnist_demo.app.session import housekeeping
from mnist_demo.app.words import escape_markdown, plural
from mnist_demo.runs import Evicted, EvictionReason, Lab

_TOLD = "dropped_told"

_log = logging.getLogger(__name__)


def tell(lab: Lab) -> None:
    """Say once which runs a lab lost; the page Runs shows the loss until the visitor dismisses it."""
    evicted = lab.evicted
    if evicted and st.session_state.get(_TOLD) != (lab.id, evicted):
        st.toast(_sentence(evicted), icon=":material/auto_delete:")
    # After a dismissal the list is empty, so that the same loss is told again if it happens again.
    st.session_state[_TOLD] = (lab.id, evicted)


def show(lab: Lab) -> None:
    """Show which runs a lab lost, until the visitor dismisses the loss."""
    if (evicted := lab.evicted) is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.markdown(f"{_sentence(evicted)} Pin what you want to keep.", width="content")
        st.button(
            "Dismiss",
            icon=":material/close:",
            key="dropped_dismiss",
            on_click=_forget,
            args=(lab,),
            type="tertiary",
        )


def _forget(lab: Lab) -> None:
    try:
        lab.forget_evicted()
    except OSError as error:
        _log.warning("The note of what a lab lost could not be removed: %s", error)


def _sentence(evicted: Evicted) -> str:
    more = evicted.count - 1
    others = f" and {plural(more, 'other run')}" if more else ""
    bound = housekeeping.limits()
    why = {
        EvictionReason.COUNT: f"a lab keeps {bound.max_runs:,} runs",
        EvictionReason.AGE: f"runs are kept for {bound.max_days:,} days",
        EvictionReason.SHARE: f"a lab keeps {bound.max_lab_megabytes:,} MB",
        EvictionReason.BYTES: f"the server keeps {bound.max_megabytes:,} MB of runs",
    }
    were = "were" if more else "was"
    return f"**{escape_markdown(evicted.name)}**{others} {were} dropped: {why[evicted.reason]}, the oldest go first."
