"""Digits as pictures: ink on paper in light, light on dark in dark, whole multiples of their pixels, never smoothed."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

_LIGHT_PAPER, _LIGHT_INK = (0xFC, 0xFB, 0xF8), (0x23, 0x26, 0x2D)
_DARK_PAPER, _DARK_INK = (0x15, 0x17, 0x1C), (0xE7, 0xE5, 0xE0)

RIGHT_COLOURS = {"light": (0x15, 0x82, 0x37), "dark": (0x5C, 0xE4, 0x88)}
WRONG_COLOURS = {"light": (0xBD, 0x40, 0x43), "dark": (0xFF, 0x6C, 0x6C)}


def appearance() -> str:
    """'light' or 'dark', as the visitor's page is now."""
    return "dark" if st.context.theme.type == "dark" else "light"


def primary_colour() -> str:
    """The theme's primary colour."""
    return "#8fa5ff" if appearance() == "dark" else "#3a55b4"


def paper_and_ink() -> tuple[str, str]:
    """The colours of the values 0 and 255 on the visitor's page, as a chart takes them: '#rrggbb'."""
    colours = (_DARK_PAPER, _DARK_INK) if appearance() == "dark" else (_LIGHT_PAPER, _LIGHT_INK)
    paper, ink = ("#" + bytes(colour).hex() for colour in colours)
    return paper, ink


def inked(images: Pixels, colours: Sequence[tuple[int, int, int]] | None = None) -> Pixels:
    """Digits in the colours of the page.

    Args:
        images: uint8 (n, 28, 28), white ink on black.
        colours: the ink of each digit; the page's own ink by default.

    Returns:
        uint8 (n, 28, 28, 3).
    """
    paper, ink = (_DARK_PAPER, _DARK_INK) if appearance() == "dark" else (_LIGHT_PAPER, _LIGHT_INK)
    inks = np.array(colours if colours is not None else [ink] * len(images), dtype=np.float32)
    share = images[..., None].astype(np.float32) / 255.0
    mixed = share * inks[:, None, None, :] + (1 - share) * np.array(paper, np.float32)
    return mixed.round().astype(np.uint8)


def sheet(images: NDArray[np.uint8], columns: int, scale: int = 1, gap: int = 2) -> Pixels:
    """Many digits composed into one picture, row by row.

    Args:
        images: uint8 (n, 28, 28, 3), from `inked`.
        columns: digits in a row.
        scale: screen pixels per digit pixel.
        gap: screen pixels between digits.

    Returns:
        uint8 (height, width, 3).
    """
    paper = _DARK_PAPER if appearance() == "dark" else _LIGHT_PAPER
    rows = -(-len(images) // columns)
    cell = 28 * scale + gap
    picture = np.empty((rows * cell - gap, columns * cell - gap, 3), np.uint8)
    picture[:] = paper
    for index, image in enumerate(images):
        top, left = (index // columns) * cell, (index % columns) * cell
        enlarged = image.repeat(scale, axis=0).repeat(scale, axis=1)
        picture[top : top + 28 * scale, left : left + 28 * scale] = enlarged
    return picture


def show(picture: Pixels, alt: str, caption: str | None = None) -> None:
    """A composed picture at its own size, with a text that says the same."""
    st.image(picture, width=picture.shape[1], alt=alt, caption=caption, output_format="PNG")
