"""Live fragments, which draw themselves again while a training runs."""

from collections.abc import Callable

import streamlit as st

from mnist_demo.app.session import server
from mnist_demo.runs import Run

Pace = Callable[[], float | None]
"""Returns the seconds between two refreshes; None when nothing changes any more."""

_WATCHING = 0.5
# The pace is fast, because a visitor waits for the first point of the curve.
_STARTING = 0.2
# The pace is slow, because a network reads the digit at each refresh.
_READING = 1.0


def live(draw: Callable[[], None], pace: Pace) -> None:
    """Draw again and again at a pace, and draw the whole page once the pace changes."""
    seconds = pace()

    def redraw() -> None:
        draw()
        # Only a run of the whole page can change the interval of a fragment.
        if seconds is not None and pace() != seconds:
            st.rerun()

    # The fragment takes the drawing function's name, because Streamlit identifies fragments by name and place.
    redraw.__qualname__ = f"live.{draw.__module__}.{draw.__qualname__}"
    st.fragment(redraw, run_every=seconds)()


def watching(*runs: Run, eagerly: bool = False) -> Pace:
    """Return the pace for the events of runs.

    Args:
        runs: The runs that are watched.
        eagerly: Whether the first report is awaited, so that the pace is faster until there is one.
    """

    def pace() -> float | None:
        active = _active(runs)
        is_starting = eagerly and any(server.jobs().place(run) == 0 and not run.history().step for run in active)
        return (_STARTING if is_starting else _WATCHING) if active else None

    return pace


def reading(*runs: Run) -> Pace:
    """Return the pace for the answers of runs' networks while they are trained."""
    return lambda: _READING if _active(runs) else None


def _active(runs: tuple[Run, ...]) -> list[Run]:
    return [run for run in runs if server.run_state(run).is_active]
