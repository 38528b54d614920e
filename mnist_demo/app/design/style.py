"""The style of the page Design: the layout of `theme/design.css` in the colours of the page."""

import streamlit as st

from mnist_demo.app.theme import colours, first_paint


def apply() -> None:
    """Add the style to the page. The front door adds the layout earlier; a lab without the front door has this one."""
    variables = {
        "primary": colours.primary_colour(),
        "line": colours.of_theme("borderColor", colours.appearance()),
        "quiet": colours.quiet_colour(),
    }
    declared = " ".join(f"--lab-{name}: {colour};" for name, colour in variables.items())
    st.html(f"<style>:root {{ {declared} }} {first_paint.DESIGN}</style>")
