"""The colours of the visitor's page: the theme's options, and the colours that the theme has no option for."""

from typing import Any

import streamlit as st

Rgb = tuple[int, int, int]
"""Red, green and blue, each 0 to 255."""

NEUTRAL = "#8a8d94"
"""Colour of training beside validation, and of bars that are not highlighted."""

RUN_COLOURS = ("#4a7df0", "#d27300", "#dc3f54", "#a06bd0", "#858890", "#1f9b70")
"""Colours of six compared runs, whose letters differ too; the ten classes have other colours."""

WHITE, BLACK = "#ffffff", "#000000"

# These are Streamlit's own green and red for text, which have no options.
_RIGHT = {"light": "#158237", "dark": "#5ce488"}
_WRONG = {"light": "#bd4043", "dark": "#ff6c6c"}
# These have a contrast of 6 and more, because Streamlit's own colour of small text is too pale on paper.
_QUIET = {"light": "#5d6068", "dark": "#b4b6bb"}


def appearance() -> str:
    """Return 'light' or 'dark', the current appearance of the visitor's page."""
    return "dark" if st.context.theme.type == "dark" else "light"


def primary_colour() -> str:
    """Return the theme's primary colour."""
    return str(of_theme("primaryColor", appearance()))


def field_colour() -> str:
    """Return the colour of a field that contrasts with the page."""
    return str(of_theme("secondaryBackgroundColor", appearance()))


def paper_and_ink() -> tuple[str, str]:
    """Return the colours of the pixel values 0 and 255 on the visitor's page."""
    return of_theme("backgroundColor", appearance()), of_theme("textColor", appearance())


def class_colours() -> list[str]:
    """Return the colours of the ten classes: the digit n has colour n on every page."""
    return list(of_theme("chartCategoricalColors", appearance()))


def right_colour() -> str:
    """Return the colour of a correct answer."""
    return _RIGHT[appearance()]


def wrong_colour() -> str:
    """Return the colour of a wrong answer and of a problem."""
    return _WRONG[appearance()]


def quiet_colour() -> str:
    """Return the colour of small text on charts."""
    return _QUIET[appearance()]


def rgb(colour: str) -> Rgb:
    """Return the parts of a colour in the form '#rrggbb'."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue


def of_theme(name: str, look: str) -> Any:
    """Return an option of the theme for 'light' or 'dark'.

    Raises:
        LookupError: If the option is not set.
    """
    value = st.get_option(f"theme.{look}.{name}") or st.get_option(f"theme.{name}")
    if not value:
        raise LookupError(f"The option theme.{name} is not set: start the lab where it finds .streamlit/config.toml.")
    return value
