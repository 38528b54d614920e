"""What undo returns to: the experiment and the draft before each of the visitor's last edits."""

from dataclasses import dataclass

import streamlit as st

from mnist_demo.experiment import Experiment
from mnist_demo.network.draft import Draft

_HISTORY = "design_history"
_MOST_STEPS = 50


@dataclass(frozen=True)
class State:
    """The experiment and the draft at one moment."""

    experiment: Experiment
    draft: Draft


def push(experiment: Experiment, draft: Draft) -> None:
    """Remember a state before an edit; a state equal to the last one is not remembered again."""
    past, state = _past(), State(experiment, draft)
    if not past or past[-1] != state:
        past.append(state)
    del past[:-_MOST_STEPS]


def pop() -> State | None:
    """Return the state before the last edit and forget that edit; None when there is none."""
    past = _past()
    return past.pop() if past else None


def is_empty() -> bool:
    """Return whether there is nothing to undo."""
    return not _past()


def forget() -> None:
    """Forget all edits."""
    st.session_state.pop(_HISTORY, None)


def _past() -> list[State]:
    past: list[State] = st.session_state.setdefault(_HISTORY, [])
    return past
