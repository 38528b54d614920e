"""The drawing canvas: the only module that knows streamlit-drawable-canvas 0.13."""

import functools
import logging

import streamlit as st

from mnist_demo.app.session.lab import lab
from mnist_demo.app.theme import colours
from mnist_demo.drawing import DrawingError, canvas_from_strokes, strokes_from_canvas
from mnist_demo.drawing.strokes import Stroke

SIDE = 328
"""Width and height in canvas pixels: the component has a fixed size, and a phone of 360 pixels shows this width."""

PEN_WIDTH = 24
"""Width in canvas pixels, chosen by feel, because the strokes are redrawn with MNIST's pen for the network."""

_KEY = "canvas"

# The visitor's session remembers these values between two runs of the page.
_LAB = "canvas_lab"  # the lab that owns the drawing
_KEPT = "canvas_kept"  # the strokes
_SEEN = "canvas_seen"  # the drawing that the browser sent last
_START = "canvas_start"  # the drawing with which the canvas began; another value makes the component begin again
_INK = "canvas_ink"  # the colour of the ink in that drawing
_REPLACED = "canvas_replaced"  # the drawing before Undo or Clear, which the browser may still send
_CHANGES = "canvas_changes"  # how often Undo or Clear was pressed

# The component is declared as in its package, but without its own tools. Until the canvas is hovered, those tools lie
# invisible over its upper right corner, and a finger, which cannot hover, would begin its first stroke on them. The
# component has no option against the tools, and no style of the page reaches into the component.
_COMPONENT = "streamlit-drawable-canvas.streamlit_drawable_canvas"
# The component has no accessible name either, so this text tells visitors who cannot see it what else they can use.
_WITHOUT_TOOLS = (
    "<style>.dc-root > .dc-toolbar { display: none !important; }</style>"
    '<div class="canvas-root" role="img" aria-label="Canvas: draw a digit with the mouse, a pen or a finger. '
    'Without one, bring a photo or take a digit of the test set."></div>'
)

_log = logging.getLogger(__name__)


def drawing_canvas() -> list[Stroke]:
    """Show the canvas with the lab's drawing on it, and return the strokes.

    Returns:
        One float64 (k, 2) for each stroke, in canvas pixels, x right, y down; empty before anything was drawn.

    Raises:
        DrawingError: If the browser sent anything but strokes of the pen.
    """
    # The import is late, because the component registers itself with the server that imports it.
    from streamlit_drawable_canvas import st_canvas

    _leave_tools_out()
    # The ink has the theme's primary colour and not its text colour, because the server learns of a new theme only with
    # the next click or stroke, and until then the ink must be visible on the other paper as well.
    ink = colours.primary_colour()
    kept = current_strokes()
    # The canvas begins again, with the same strokes, when the visitor returns to the page (Streamlit has forgotten the
    # widget then) and when the ink must change its colour. At all other times the initial drawing must stay the same.
    if _KEY not in st.session_state or st.session_state.get(_INK) != ink:
        st.session_state[_INK] = ink
        st.session_state[_START] = canvas_from_strokes(kept, ink, PEN_WIDTH)
        st.session_state.pop(_REPLACED, None)
    try:
        json_data = st_canvas(
            stroke_width=PEN_WIDTH,
            stroke_color=ink,
            # The background is transparent, because a new background colour would clear the canvas.
            background_color="",
            width=SIDE,
            height=SIDE,
            initial_drawing=st.session_state[_START],
            key=_KEY,
        ).json_data
    except (AttributeError, KeyError, TypeError):
        # The component parses its own value unchecked, and a client can send any value.
        raise DrawingError("The canvas sent something that is not a drawing. Clear it and start again.") from None
    if _REPLACED in st.session_state:
        if json_data == st.session_state[_REPLACED]:
            return kept
        del st.session_state[_REPLACED]
    if json_data == st.session_state.get(_SEEN):
        return kept
    strokes = strokes_from_canvas(json_data)
    st.session_state[_SEEN] = json_data
    _keep(strokes)
    return strokes


def current_strokes() -> list[Stroke]:
    """Return the strokes that the server last received, or those that the lab kept when the page just opened."""
    lab_id = st.session_state["lab_id"]
    if st.session_state.get(_LAB) != lab_id:
        for name in (_SEEN, _START, _INK, _REPLACED):
            st.session_state.pop(name, None)
        st.session_state[_LAB] = lab_id
        st.session_state[_KEPT] = lab().drawing
    strokes: list[Stroke] = st.session_state[_KEPT]
    return strokes


def undo_stroke() -> None:
    """Remove the last stroke. Call before the canvas is shown, as a button's callback is."""
    _replace(current_strokes()[:-1])


def clear_canvas() -> None:
    """Empty the canvas. Call before the canvas is shown, as a button's callback is."""
    _replace([])


def restore_drawing(strokes: list[Stroke]) -> None:
    """Put a drawing back on an empty canvas. Call before the canvas is shown, as a button's callback is."""
    if not current_strokes():
        _replace(strokes)


def _replace(strokes: list[Stroke]) -> None:
    # A new key would empty the component too, but for a moment the old canvas would stand beside the new one.
    number = st.session_state.get(_CHANGES, 0) + 1
    st.session_state[_CHANGES] = number
    beginning = canvas_from_strokes(strokes, st.session_state.get(_INK, colours.primary_colour()), PEN_WIDTH)
    # The component ignores the number, which only makes this initial drawing differ from the last one.
    st.session_state[_START] = {**beginning, "change": number}
    if (seen := st.session_state.pop(_SEEN, None)) is not None:
        st.session_state[_REPLACED] = seen
    _keep(strokes)


@functools.cache
def _leave_tools_out() -> None:
    # Streamlit warns when a component is declared again, although that only replaces the first declaration.
    registry = logging.getLogger("streamlit.components.v2.component_registry")
    before, registry.disabled = registry.disabled, True
    try:
        st.components.v2.component(_COMPONENT, html=_WITHOUT_TOOLS, css="index-*.css", js="index-*.js")
    finally:
        registry.disabled = before


def _keep(strokes: list[Stroke]) -> None:
    st.session_state[_KEPT] = strokes
    try:
        lab().keep_drawing(strokes)
    except OSError as error:
        _log.warning("The drawing of a lab could not be kept: %s", error)
