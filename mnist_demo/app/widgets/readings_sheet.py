"""Many digits in one picture, with the true class, the predicted class and the confidence under each."""

import functools
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from mnist_demo.app.theme import colours
from mnist_demo.app.widgets import digits

COLUMNS = 5
"""Digits in a row: 312 screen pixels, which fit on a phone of 360."""

_DENSITY = 2
"""Picture pixels for each screen pixel, so that digits and letters are sharp on dense screens too."""

_SCALE = 2  # screen pixels for each pixel of a digit
_GAP, _LINE, _BELOW = 8, 16, 10  # screen pixels
_SIDE = 28 * _SCALE
_STEP_X, _STEP_Y = _SIDE + _GAP, _SIDE + 2 * _LINE + _BELOW


@dataclass(frozen=True)
class ShownAnswer:
    """The text under a digit: its true and its predicted class, in one to three characters of Basic Latin."""

    true: str
    predicted: str
    confidence: str
    is_right: bool


def sheet_width() -> int:
    """Return the width of a picture from `readings_sheet`, in screen pixels."""
    return COLUMNS * _STEP_X - _GAP


def readings_sheet(images: NDArray[np.uint8], answers: Sequence[ShownAnswer]) -> bytes:
    """Draw digits in the colours of the page as a PNG of two pixels for each screen pixel.

    Args:
        images: uint8 (n, 28, 28), white ink on black, n at least 1.
        answers: One for each image.
    """
    inked = digits.inked(images)
    paper, ink = map(colours.rgb, colours.paper_and_ink())
    rows = -(-len(images) // COLUMNS)
    size = (sheet_width() * _DENSITY, (rows * _STEP_Y - _BELOW) * _DENSITY)
    picture = Image.new("RGB", size, paper)
    pen = ImageDraw.Draw(picture)
    for index, (image, answer) in enumerate(zip(inked, answers, strict=True)):
        left, top = (index % COLUMNS) * _STEP_X * _DENSITY, (index // COLUMNS) * _STEP_Y * _DENSITY
        enlarged = image.repeat(_SCALE * _DENSITY, axis=0).repeat(_SCALE * _DENSITY, axis=1)
        picture.paste(Image.fromarray(enlarged), (left, top))
        colour = colours.rgb(colours.right_colour() if answer.is_right else colours.wrong_colour())
        _write(pen, answer, left + _SIDE * _DENSITY // 2, top + _SIDE * _DENSITY, ink, colour)
    content = io.BytesIO()
    picture.save(content, "PNG", compress_level=3)
    return content.getvalue()


def _write(
    pen: ImageDraw.ImageDraw,
    answer: ShownAnswer,
    middle: int,
    top: int,
    ink: colours.Rgb,
    colour: colours.Rgb,
) -> None:
    large, small = _font(14 * _DENSITY), _font(12 * _DENSITY)
    arrow, space = 11 * _DENSITY, 4 * _DENSITY
    before, after = pen.textlength(answer.true, large), pen.textlength(answer.predicted, large)
    x = middle - (before + after + arrow + 2 * space) / 2
    line = top + (_LINE * _DENSITY) // 2 + _DENSITY
    pen.text((x, line), answer.true, fill=ink, font=large, anchor="lm")
    x += before + space
    # The arrow is drawn by hand, because Pillow's own font has none.
    head = 3 * _DENSITY
    pen.line((x, line, x + arrow, line), fill=ink, width=_DENSITY)
    pen.line((x + arrow - head, line - head, x + arrow, line), fill=ink, width=_DENSITY)
    pen.line((x + arrow - head, line + head, x + arrow, line), fill=ink, width=_DENSITY)
    pen.text((x + arrow + space, line), answer.predicted, fill=colour, font=large, anchor="lm")
    pen.text((middle, line + _LINE * _DENSITY), answer.confidence, fill=ink, font=small, anchor="mm")


@functools.lru_cache(maxsize=4)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
