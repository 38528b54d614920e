"""Digits as pictures: ink on paper in light, light on dark in dark, whole multiples of their size, never smoothed."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from mnist_demo.app.theme.colours import Rgb, paper_and_ink, rgb, right_colour, wrong_colour

Pixels = NDArray[np.uint8]


_CAPTION_SIZE = 14
_CAPTION_HEIGHT = 18


def inked(images: Pixels, colours: Sequence[Rgb] | None = None) -> Pixels:
    """Return digits in the colours of the page.

    Args:
        images: uint8 (n, 28, 28), white ink on black.
        colours: The ink of each digit; the page's own ink by default.

    Returns:
        uint8 (n, 28, 28, 3).
    """
    paper, ink = map(rgb, paper_and_ink())
    inks = np.array(colours if colours is not None else [ink] * len(images), dtype=np.float32)
    share = images[..., None].astype(np.float32) / 255.0
    mixed = share * inks[:, None, None, :] + (1 - share) * np.array(paper, np.float32)
    return mixed.round().astype(np.uint8)


def sheet(images: NDArray[np.uint8], columns: int, scale: int = 1, gap: int = 2) -> Pixels:
    """Compose digits into one picture, row by row.

    Args:
        images: uint8 (n, 28, 28, 3), from `inked`.
        columns: The number of digits in a row.
        scale: The screen pixels for each pixel of a digit.
        gap: The screen pixels between digits.

    Returns:
        uint8 (height, width, 3).
    """
    paper, _ = map(rgb, paper_and_ink())
    rows = -(-len(images) // columns)
    cell = 28 * scale + gap
    picture = np.empty((rows * cell - gap, columns * cell - gap, 3), np.uint8)
    picture[:] = paper
    for index, image in enumerate(images):
        top, left = (index // columns) * cell, (index % columns) * cell
        enlarged = image.repeat(scale, axis=0).repeat(scale, axis=1)
        picture[top : top + 28 * scale, left : left + 28 * scale] = enlarged
    return picture


@dataclass(frozen=True)
class Caption:
    """The text under a digit, and a mark for right or wrong, so that colour is not the only signal."""

    text: str
    right: bool | None = None


def captioned_sheet(images: Pixels, captions: Sequence[Caption], columns: int, scale: int = 2, gap: int = 12) -> Pixels:
    """Return digits with a line of text under each, in the colour of right or wrong where that is known.

    Args:
        images: uint8 (n, 28, 28), white ink on black.
        captions: One for each digit; about `scale` × 3 characters of text fit.
        columns: The number of digits in a row.
        scale: The screen pixels for each pixel of a digit.
        gap: The screen pixels between digits.

    Returns:
        uint8 (height, width, 3).
    """
    paper, ink = map(rgb, paper_and_ink())
    colour_of = {None: ink, True: rgb(right_colour()), False: rgb(wrong_colour())}
    colours = [colour_of[caption.right] for caption in captions]
    width, height = 28 * scale + gap, 28 * scale + _CAPTION_HEIGHT + gap
    rows = -(-len(images) // columns)
    picture = Image.new("RGB", (columns * width - gap, rows * height - gap), paper)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(_CAPTION_SIZE)
    for index, (pixels, caption, colour) in enumerate(zip(inked(images, colours), captions, colours, strict=True)):
        left, top = (index % columns) * width, (index // columns) * height
        picture.paste(Image.fromarray(pixels.repeat(scale, axis=0).repeat(scale, axis=1)), (left, top))
        baseline = top + 28 * scale + 1
        if caption.right is not None:
            _draw_mark(draw, left + 1, baseline + 4, caption.right, colour)
            left += 14
        draw.text((left, baseline), caption.text, fill=colour, font=font)
    return np.asarray(picture)


def _draw_mark(draw: ImageDraw.ImageDraw, x: int, y: int, right: bool, colour: Rgb) -> None:
    """Draw a tick or a cross, 9 pixels wide, because the font has neither."""
    if right:
        draw.line([(x, y + 4), (x + 3, y + 8), (x + 9, y)], fill=colour, width=2, joint="curve")
    else:
        draw.line([(x, y), (x + 8, y + 8)], fill=colour, width=2)
        draw.line([(x, y + 8), (x + 8, y)], fill=colour, width=2)


def show(picture: Pixels, alt: str, caption: str | None = None) -> None:
    """Draw a composed picture at its own size, with an alternative text."""
    height, width = picture.shape[:2]
    # The container reserves the picture's height in advance; only a caption's height is unknown.
    with st.container(width=width, height="content" if caption else height, border=False):
        show_png(png(picture), width, alt, caption)


def show_png(content: bytes, width: int, alt: str, caption: str | None = None) -> None:
    """Show a PNG file at a width in screen pixels, with an alternative text.

    The file is part of the message, because Streamlit deletes a file under `/media` as soon as the next one is drawn: a
    slow browser that still requests it would get a 404 and show a broken image.
    """
    address = f"data:image/png;base64,{base64.b64encode(content).decode()}"
    st.image(address, width=width, alt=alt, caption=caption)


def png(picture: Pixels) -> bytes:
    """Return a composed picture as a PNG, written in a third of Pillow's default time and a sixth larger."""
    content = io.BytesIO()
    Image.fromarray(picture).save(content, "PNG", compress_level=1)
    return content.getvalue()
