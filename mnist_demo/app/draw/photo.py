"""A photo or scan as the input of the page Draw, from a file or from the camera."""

from enum import StrEnum

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_demo.app.theme import colours
from mnist_demo.app.widgets import digits
from mnist_demo.app.widgets.drawing.canvas import SIDE
from mnist_demo.app.widgets.drawing.digit_input import DigitInput
from mnist_demo.app.widgets.layout import choice
from mnist_demo.drawing import ALL_STEPS, DrawingError, Photo, Step, read_photo, stages_from_strokes
from mnist_demo.drawing.photo.photo import MAX_BYTES

_KEPT = "photo_kept"  # the last photo on which a digit was found, with the id of its upload
_TYPES = ["png", "jpg", "jpeg", "webp"]  # a hint for the browser's dialog, because the content decides
_INVITATION = "Write a digit on plain paper, large and dark, and take a picture of it."
_HIGHEST = 400  # most screen pixels of the photo's height on the page


class _Way(StrEnum):
    FILE = "file"
    CAMERA = "camera"


_WAY_LABELS = {_Way.FILE: "From a file", _Way.CAMERA: "With the camera"}


def show(steps: frozenset[Step]) -> DigitInput:
    """Take a photo, show where on it the digit was found, and return the digit."""
    # The camera is shown only when the visitor chooses it, because it asks for permission as soon as it is shown.
    way = choice("How to bring a photo", _WAY_LABELS, "photo_way")
    if way == _Way.CAMERA:
        file = st.camera_input("A digit on paper, filling most of the picture", key="photo_camera")
    else:
        file = st.file_uploader(
            f"PNG, JPEG or WebP, up to {MAX_BYTES // 2**20} MB",
            type=_TYPES,
            key="photo_file",
            max_upload_size=MAX_BYTES // 2**20,
        )
    try:
        if file is not None and st.session_state.get(_KEPT, (None,))[0] != file.file_id:
            st.session_state.pop(_KEPT, None)
            with st.spinner("Looking for the digit"):
                st.session_state[_KEPT] = (file.file_id, read_photo(file.getvalue()))
        if _KEPT not in st.session_state:
            return DigitInput(invitation=_INVITATION)
        photo: Photo = st.session_state[_KEPT][1]
        found = "The photo, and on it in colour the ink that was found"
        digits.show(_marked(photo), alt=found, caption=found)
        stages = stages_from_strokes(photo.strokes, steps=steps, canvas=photo.size, drawn_pen_width=photo.pen_width)
    except DrawingError as error:
        return DigitInput(problem=str(error), invitation=_INVITATION)
    return DigitInput(stages.digit, stages, left_out=ALL_STEPS - steps, is_photo=True)


def _marked(photo: Photo) -> NDArray[np.uint8]:
    """Return the photo, as wide as the canvas, with the ink in the theme's colour: uint8 (height, width, 3)."""
    height, width = photo.picture.shape
    shrink = min(SIDE / width, _HIGHEST / height)
    rows, columns = (
        np.minimum((np.arange(max(1, round(side * shrink))) / shrink).astype(int), side - 1) for side in (height, width)
    )
    small = photo.picture[np.ix_(rows, columns)]
    ink = photo.ink[np.ix_(rows, columns)]
    colour = np.array(colours.rgb(colours.primary_colour()), np.uint8)
    return np.where(ink[..., None], colour, np.stack([small] * 3, axis=-1)).astype(np.uint8)
