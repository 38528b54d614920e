"""Fragments that redraw themselves while a run is active."""

from collections.abc import Callable

import streamlit as st

from mnist_demo.app.session import server
from mnist_demo.runs import Run

REFRESH = 0.5
"""Seconds between two looks at a run that is being trained."""


REFRESH_STARTING = 0.2
"""Seconds between two looks at a run that is getting ready, because somebody waits for the first point of the curve."""


def live(draw: Callable[[Run], None], run: Run) -> None:
    """Draw something about a run, again and again while it is active, and the whole page when it begins and ends."""
    refresh = _refresh(run)

    def redraw() -> None:
        draw(run)
        # Only a run of the whole page can change how often a fragment is drawn.
        if refresh is not None and _refresh(run) != refresh:
            st.rerun()

    # A fragment is told apart by its function's name and place; the drawing function lends it its own.
    redraw.__qualname__ = f"live.{draw.__module__}.{draw.__qualname__}"
    st.fragment(redraw, run_every=refresh)()


def _refresh(run: Run) -> float | None:
    """Seconds between two looks at a run; None when nothing more will happen."""
    if not server.run_state(run).is_active:
        return None
    is_starting = server.jobs().place(run) == 0 and not run.history().step
    return REFRESH_STARTING if is_starting else REFRESH


LOOK_AGAIN = 1.0
"""Seconds between two readings by a network that learns."""


def live_reading(draw: Callable[[], None], run: Run) -> None:
    """Draw something that a run's network says, again and again while it learns, and the page once when it ends."""
    active = server.run_state(run).is_active

    def redraw() -> None:
        draw()
        if active and not server.run_state(run).is_active:
            st.rerun()

    # A fragment is told apart by its function's name and place; the drawing function lends it its own.
    redraw.__qualname__ = f"live.{draw.__module__}.{draw.__qualname__}"
    st.fragment(redraw, run_every=LOOK_AGAIN if active else None)()
