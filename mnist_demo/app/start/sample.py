"""The grey digit on a canvas that is still empty, so that the network has something to read at once."""

import base64
from functools import cache

import numpy as np
import streamlit as st

from mnist_demo.app.theme import colours
from mnist_demo.app.widgets.drawing.canvas import PEN_WIDTH, SIDE
from mnist_demo.drawing import Stages, stages_from_strokes

LABEL = 3
"""The class of the sample."""

# The sample is a three of two bows from the upper left to the lower left, in canvas pixels and degrees.
_BOWS = (((158, 108), 54, -150, 90), ((152, 226), 64, -90, 150))


@cache
def stages() -> Stages:
    """Return the sample's way from the strokes to the network's input."""
    return stages_from_strokes([_points()], canvas=(SIDE, SIDE), drawn_pen_width=PEN_WIDTH)


def show() -> None:
    """Draw the sample behind the strokes of the canvas, which is transparent."""
    _, ink = colours.paper_and_ink()
    line = " ".join(f"{x:.0f},{y:.0f}" for x, y in _points())
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}">'
        f'<polyline points="{line}" fill="none" stroke="{ink}" stroke-opacity="0.14" stroke-width="{PEN_WIDTH}" '
        'stroke-linecap="round" stroke-linejoin="round"/></svg>'
    )
    source = base64.b64encode(picture.encode()).decode()
    st.html(
        f"<style>.st-key-canvas {{ background: url(data:image/svg+xml;base64,{source}) 0 0 / {SIDE}px {SIDE}px "
        "no-repeat; }</style>"
    )


def _points() -> np.ndarray:
    bows = []
    for (x, y), radius, first, last in _BOWS:
        angles = np.radians(np.linspace(first, last, 24))
        bows.append(np.column_stack([x + radius * np.cos(angles), y + radius * np.sin(angles)]))
    return np.concatenate(bows)
