"""The colours that the theme's options do not say."""

import streamlit as st

_LIGHT_PAPER, _LIGHT_INK = (0xFC, 0xFB, 0xF8), (0x0F, 0x11, 0x15)


_DARK_PAPER, _DARK_INK = (0x15, 0x17, 0x1C), (0xE7, 0xE5, 0xE0)


RIGHT_COLOURS = {"light": (0x15, 0x82, 0x37), "dark": (0x5C, 0xE4, 0x88)}


WRONG_COLOURS = {"light": (0xBD, 0x40, 0x43), "dark": (0xFF, 0x6C, 0x6C)}


def appearance() -> str:
    """'light' or 'dark', as the visitor's page is now."""
    return "dark" if st.context.theme.type == "dark" else "light"


def primary_colour() -> str:
    """The theme's primary colour."""
    return "#8fa5ff" if appearance() == "dark" else "#3a55b4"


def quiet_colour() -> str:
    """The colour of small text on charts: Streamlit's own is too pale on paper, this has a contrast of 6 and more."""
    return "#b4b6bb" if appearance() == "dark" else "#5d6068"


def paper_and_ink() -> tuple[str, str]:
    """The colours of the values 0 and 255 on the visitor's page, as a chart takes them: '#rrggbb'."""
    colours = (_DARK_PAPER, _DARK_INK) if appearance() == "dark" else (_LIGHT_PAPER, _LIGHT_INK)
    paper, ink = ("#" + bytes(colour).hex() for colour in colours)
    return paper, ink


def page_colours() -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Paper and ink of the visitor's page."""
    return (_DARK_PAPER, _DARK_INK) if appearance() == "dark" else (_LIGHT_PAPER, _LIGHT_INK)
