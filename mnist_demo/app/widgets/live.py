"""Fragments that draw themselves again while something happens."""

from collections.abc import Callable

import streamlit as st

from mnist_demo.app.session import server
from mnist_demo.runs import Run

Pace = Callable[[], float | None]
"""Gives the seconds between two looks; None when nothing more will happen."""

_WATCHING = 0.5
# Somebody waits for the first point of the curve.
_STARTING = 0.2
# A network that learns reads the digit each time.
_READING = 1.0


def live(draw: Callable[[], None], pace: Pace) -> None:
    """Draw something again and again at a pace, and the whole page once the pace changes."""
    seconds = pace()

    def redraw() -> None:
        draw()
        # Only a run of the whole page can change how often a fragment is drawn.
        if seconds is not None and pace() != seconds:
            st.rerun()

    # Streamlit identifies a fragment by its function's name and place; the drawing function lends it its own.
    redraw.__qualname__ = f"live.{draw.__module__}.{draw.__qualname__}"
    st.fragment(redraw, run_every=seconds)()


def watching(*runs: Run, eagerly: bool = False) -> Pace:
    """Return the pace for what trainings report.

    Args:
        runs: The runs of the trainings.
        eagerly: Whether the first report is awaited, so that the pace is faster until there is one.
    """

    def pace() -> float | None:
        active = _active(runs)
        is_starting = eagerly and any(server.jobs().place(run) == 0 and not run.history().step for run in active)
        return (_STARTING if is_starting else _WATCHING) if active else None

    return pace


def reading(*runs: Run) -> Pace:
    """Return the pace for what the runs' networks say while they learn."""
    return lambda: _READING if _active(runs) else None


def _active(runs: tuple[Run, ...]) -> list[Run]:
    return [run for run in runs if server.run_state(run).is_active]
