"""The drawing canvas: the one place that knows streamlit-drawable-canvas."""

from typing import Any

import streamlit as st

from mnist_demo.app import digits
from mnist_demo.drawing import DrawingError, strokes_from_canvas
from mnist_demo.drawing.strokes import Stroke

SIDE = 328
"""Canvas pixels, both ways: the component has a fixed size, and this is as wide as a phone of 360 pixels shows."""

PEN_WIDTH = 24
"""Canvas pixels: as wide for the canvas as MNIST's pen is for its field, 2.5 of 28, or nearly so."""

_INKS = {"light": "#23262d", "dark": "#e7e5e0"}

# What is remembered between two looks at the canvas, in the visitor's session.
_KEPT = "canvas_kept"  # what was last drawn, as the component describes it
_START = "canvas_start"  # what the canvas in the browser began with; another value makes it begin again
_LOOK = "canvas_look"  # the appearance that this was inked for
_NUMBER = "canvas_number"  # counts the clearings; a canvas with a new key is a new, empty one


def drawing_canvas() -> list[Stroke]:
    """Show the canvas, with what was drawn before on it, and return the strokes.

    Returns:
        One float64 (k, 2) for each stroke, in canvas pixels, x right, y down; empty before anything was drawn.

    Raises:
        DrawingError: if what came from the browser is not strokes of the pen.
    """
    # The component registers itself with the server that imports it, so it cannot be imported without one.
    from streamlit_drawable_canvas import st_canvas

    look = digits.appearance()
    key = f"canvas_{st.session_state.setdefault(_NUMBER, 0)}"
    # The canvas begins again, with the same strokes, when the visitor comes back to the page (its widget is
    # forgotten then) and when ink must change its colour. At all other times it must keep its beginning.
    if key not in st.session_state or st.session_state.get(_LOOK) != look:
        st.session_state[_LOOK] = look
        st.session_state[_START] = with_ink(st.session_state.get(_KEPT), _INKS[look])
    try:
        json_data = st_canvas(
            stroke_width=PEN_WIDTH,
            stroke_color=_INKS[look],
            # Transparent, so that the page is the paper: a new background colour would wipe the canvas.
            background_color="",
            width=SIDE,
            height=SIDE,
            initial_drawing=st.session_state[_START],
            key=key,
        ).json_data
    except (AttributeError, KeyError, TypeError):
        # The component takes its own value apart unchecked, and any value can be sent over the network.
        raise DrawingError("The canvas sent something that is not a drawing. Clear it and start again.") from None
    strokes = strokes_from_canvas(json_data)
    st.session_state[_KEPT] = json_data
    return strokes


def clear_canvas() -> None:
    """Empty the canvas; to be called before it is shown, as a button's callback is."""
    st.session_state[_NUMBER] = st.session_state.get(_NUMBER, 0) + 1
    st.session_state.pop(_KEPT, None)


def with_ink(drawing: dict[str, Any] | None, ink: str) -> dict[str, Any] | None:
    """A drawing with all of its strokes in one colour.

    Args:
        drawing: as the component describes it, read by `strokes_from_canvas` without an error; None is empty.
        ink: '#rrggbb'.
    """
    if not drawing:
        return None
    return {**drawing, "objects": [{**stroke, "stroke": ink} for stroke in drawing.get("objects", [])]}
