"""The drawing canvas: the one place that knows streamlit-drawable-canvas 0.13."""

import functools
import logging

import streamlit as st

from mnist_demo.app.session.lab import lab
from mnist_demo.app.theme import colours
from mnist_demo.drawing import DrawingError, canvas_from_strokes, strokes_from_canvas
from mnist_demo.drawing.strokes import Stroke

SIDE = 328
"""Canvas pixels, both ways: the component has a fixed size, and this is as wide as a phone of 360 pixels shows."""

PEN_WIDTH = 24
"""Canvas pixels. A matter of feel alone: the strokes are redrawn with MNIST's pen before the network sees them."""

_KEY = "canvas"

# What is remembered between two looks at the canvas, in the visitor's session.
_LAB = "canvas_lab"  # the lab whose drawing it is
_KEPT = "canvas_kept"  # the strokes
_SEEN = "canvas_seen"  # what the browser last said is drawn
_START = "canvas_start"  # what the canvas in the browser began with; another value makes it begin again
_INK = "canvas_ink"  # the colour of that beginning
_REPLACED = "canvas_replaced"  # what was there before Undo or Clear, which the browser may still say is there
_CHANGES = "canvas_changes"  # how often that was

# The component as its package declares it, but without its own tools. Until the canvas is hovered they lie unseen over
# its upper right corner, and a finger, which cannot hover, would begin its first stroke on them. There is no option
# against it, and no style of the page reaches into the component.
_COMPONENT = "streamlit-drawable-canvas.streamlit_drawable_canvas"
# It has no name either, and whoever cannot see it has to know what it is and what else there is.
_WITHOUT_TOOLS = (
    "<style>.dc-root > .dc-toolbar { display: none !important; }</style>"
    '<div class="canvas-root" role="img" aria-label="Canvas: draw a digit with the mouse, a pen or a finger. '
    'Without one, bring a photo or take a digit of the test set."></div>'
)

_log = logging.getLogger(__name__)


def drawing_canvas() -> list[Stroke]:
    """Show the canvas, with what was drawn before on it, and return the strokes.

    Returns:
        One float64 (k, 2) for each stroke, in canvas pixels, x right, y down; empty before anything was drawn.

    Raises:
        DrawingError: If what came from the browser is not strokes of the pen.
    """
    # The component registers itself with the server that imports it, so it cannot be imported without one.
    from streamlit_drawable_canvas import st_canvas

    _leave_tools_out()
    # The theme's primary colour, not its text colour: a change of theme reaches the server only with the next
    # click or stroke, and until then the ink must be seen on the other paper as well.
    ink = colours.primary_colour()
    kept = current_strokes()
    # The canvas begins again, with the same strokes, when the visitor comes back to the page (its widget is
    # forgotten then) and when ink must change its colour. At all other times it must keep its beginning.
    if _KEY not in st.session_state or st.session_state.get(_INK) != ink:
        st.session_state[_INK] = ink
        st.session_state[_START] = canvas_from_strokes(kept, ink, PEN_WIDTH)
        st.session_state.pop(_REPLACED, None)
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
    """Return what is drawn, as far as the server knows; what the lab has kept when the page was just opened."""
    lab_id = st.session_state["lab_id"]
    if st.session_state.get(_LAB) != lab_id:
        for name in (_SEEN, _START, _INK, _REPLACED):
            st.session_state.pop(name, None)
        st.session_state[_LAB] = lab_id
        st.session_state[_KEPT] = lab().drawing
    strokes: list[Stroke] = st.session_state[_KEPT]
    return strokes


def undo_stroke() -> None:
    """Take the last stroke away; to be called before the canvas is shown, as a button's callback is."""
    _replace(current_strokes()[:-1])


def clear_canvas() -> None:
    """Empty the canvas; to be called before it is shown, as a button's callback is."""
    _replace([])


def _replace(strokes: list[Stroke]) -> None:
    # Under a new key the component would be empty too, but for a moment the old canvas would stand beside the new.
    number = st.session_state.get(_CHANGES, 0) + 1
    st.session_state[_CHANGES] = number
    beginning = canvas_from_strokes(strokes, st.session_state.get(_INK, colours.primary_colour()), PEN_WIDTH)
    # The number means nothing to the component but that this is not the beginning it has had.
    st.session_state[_START] = {**beginning, "change": number}
    if (seen := st.session_state.pop(_SEEN, None)) is not None:
        st.session_state[_REPLACED] = seen
    _keep(strokes)


@functools.cache
def _leave_tools_out() -> None:
    # Declaring a component again replaces what was declared under its name, which Streamlit thinks worth a warning.
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
