"""The drawing canvas: the one place that knows streamlit-drawable-canvas.

Known of version 0.13: until the canvas is hovered or touched, the component's tools lie unseen over its upper right
corner, 141 by 30 pixels, and take the first touch there. They cannot be put elsewhere by an option.
"""

from typing import Any

import streamlit as st

from mnist_demo.app import digits
from mnist_demo.drawing import DrawingError, strokes_from_canvas
from mnist_demo.drawing.strokes import Stroke

SIDE = 328
"""Canvas pixels, both ways: the component has a fixed size, and this is as wide as a phone of 360 pixels shows."""

PEN_WIDTH = 24
"""Canvas pixels. A matter of feel alone: the strokes are redrawn with MNIST's pen before the network sees them."""

_KEY = "canvas"

# What is remembered between two looks at the canvas, in the visitor's session.
_KEPT = "canvas_kept"  # what was last drawn, as the component describes it
_START = "canvas_start"  # what the canvas in the browser began with; another value makes it begin again
_INK = "canvas_ink"  # the colour of that beginning
_CLEARED = "canvas_cleared"  # what was cleared, which the browser may still say is there
_CLEARINGS = "canvas_clearings"  # how often that was


def drawing_canvas() -> list[Stroke]:
    """Show the canvas, with what was drawn before on it, and return the strokes.

    Returns:
        One float64 (k, 2) for each stroke, in canvas pixels, x right, y down; empty before anything was drawn.

    Raises:
        DrawingError: if what came from the browser is not strokes of the pen.
    """
    # The component registers itself with the server that imports it, so it cannot be imported without one.
    from streamlit_drawable_canvas import st_canvas

    # The theme's primary colour, not its text colour: a change of theme reaches the server only with the next
    # click or stroke, and until then the ink must be seen on the other paper as well.
    ink = digits.primary_colour()
    # The canvas begins again, with the same strokes, when the visitor comes back to the page (its widget is
    # forgotten then) and when ink must change its colour. At all other times it must keep its beginning.
    if _KEY not in st.session_state or st.session_state.get(_INK) != ink:
        st.session_state[_INK] = ink
        st.session_state[_START] = with_ink(st.session_state.get(_KEPT), ink)
    try:
        json_data = st_canvas(
            stroke_width=PEN_WIDTH,
            stroke_color=ink,
            # Transparent, so that the page is the paper: a new background colour would wipe the canvas.
            background_color="",
            width=SIDE,
            height=SIDE,
            initial_drawing=st.session_state[_START],
            key=_KEY,
        ).json_data
    except (AttributeError, KeyError, TypeError):
        # The component takes its own value apart unchecked, and any value can be sent over the network.
        raise DrawingError("The canvas sent something that is not a drawing. Clear it and start again.") from None
    if _CLEARED in st.session_state:
        if json_data == st.session_state[_CLEARED]:
            return []
        del st.session_state[_CLEARED]
    strokes = strokes_from_canvas(json_data)
    st.session_state[_KEPT] = json_data
    return strokes


def clear_canvas() -> None:
    """Empty the canvas; to be called before it is shown, as a button's callback is."""
    # Under a new key the component would be empty too, but for a moment the old canvas would stand beside the new.
    number = st.session_state.get(_CLEARINGS, 0) + 1
    st.session_state[_CLEARINGS] = number
    # The number means nothing to the component but that this is not the beginning it has had.
    st.session_state[_START] = {"objects": [], "clearing": number}
    if (kept := st.session_state.pop(_KEPT, None)) is not None:
        st.session_state[_CLEARED] = kept


def with_ink(drawing: dict[str, Any] | None, ink: str) -> dict[str, Any] | None:
    """A drawing with all of its strokes in one colour.

    Args:
        drawing: as the component describes it, read by `strokes_from_canvas` without an error; None is empty.
        ink: '#rrggbb'.
    """
    if not drawing:
        return None
    return {**drawing, "objects": [{**stroke, "stroke": ink} for stroke in drawing.get("objects", [])]}
