"""Many digits in one picture, each with what it is, what it was read as and how confidently written under it."""

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
"""Digits in a row: 312 pixels, which a phone of 360 has room for."""

_DENSITY = 2
"""Picture pixels per screen pixel, so that digits and readings are sharp on dense screens too."""

_SCALE = 2  # screen pixels per digit pixel
_GAP, _LINE, _BELOW = 8, 16, 10  # screen pixels
_SIDE = 28 * _SCALE
_STEP_X, _STEP_Y = _SIDE + _GAP, _SIDE + 2 * _LINE + _BELOW


@dataclass(frozen=True)
class Reading:
    """What stands under a digit; the two classes in a character or three of Basic Latin."""

    true: str
    predicted: str
    confidence: str
    is_right: bool


def width() -> int:
    """Screen pixels of a picture from `readings_sheet`."""
    return COLUMNS * _STEP_X - _GAP


def readings_sheet(images: NDArray[np.uint8], readings: Sequence[Reading]) -> bytes:
    """Return a PNG of digits in the colours of the page, twice as dense as it is to be shown.

    Args:
        images: uint8 (n, 28, 28), white ink on black, n at least 1.
        readings: one for each.
    """
    inked = digits.inked(images)
    paper, ink = map(colours.rgb, colours.paper_and_ink())
    rows = -(-len(images) // COLUMNS)
    size = (width() * _DENSITY, (rows * _STEP_Y - _BELOW) * _DENSITY)
    picture = Image.new("RGB", size, paper)
    pen = ImageDraw.Draw(picture)
    for index, (image, reading) in enumerate(zip(inked, readings, strict=True)):
        left, top = (index % COLUMNS) * _STEP_X * _DENSITY, (index // COLUMNS) * _STEP_Y * _DENSITY
        enlarged = image.repeat(_SCALE * _DENSITY, axis=0).repeat(_SCALE * _DENSITY, axis=1)
        picture.paste(Image.fromarray(enlarged), (left, top))
        answer = colours.rgb(colours.right_colour() if reading.is_right else colours.wrong_colour())
        _write(pen, reading, left + _SIDE * _DENSITY // 2, top + _SIDE * _DENSITY, ink, answer)
    content = io.BytesIO()
    picture.save(content, "PNG", compress_level=3)
    return content.getvalue()


def _write(
    pen: ImageDraw.ImageDraw,
    reading: Reading,
    middle: int,
    top: int,
    ink: colours.Rgb,
    answer: colours.Rgb,
) -> None:
    large, small = _font(14 * _DENSITY), _font(12 * _DENSITY)
    arrow, space = 11 * _DENSITY, 4 * _DENSITY
    before, after = pen.textlength(reading.true, large), pen.textlength(reading.predicted, large)
    x = middle - (before + after + arrow + 2 * space) / 2
    line = top + (_LINE * _DENSITY) // 2 + _DENSITY
    pen.text((x, line), reading.true, fill=ink, font=large, anchor="lm")
    x += before + space
    # Pillow's own font has no arrow.
    head = 3 * _DENSITY
    pen.line((x, line, x + arrow, line), fill=ink, width=_DENSITY)
    pen.line((x + arrow - head, line - head, x + arrow, line), fill=ink, width=_DENSITY)
    pen.line((x + arrow - head, line + head, x + arrow, line), fill=ink, width=_DENSITY)
    pen.text((x + arrow + space, line), reading.predicted, fill=answer, font=large, anchor="lm")
    pen.text((middle, line + _LINE * _DENSITY), reading.confidence, fill=ink, font=small, anchor="mm")


@functools.lru_cache(maxsize=4)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
