"""The style that all charts share, without Altair, which is slow to import."""

import copy
from typing import Any

from mnist_demo.app.theme import colours


def legible(spec: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of a specification, into which Streamlit may write, with legible text."""
    return {**copy.deepcopy(spec), "config": text_config()}


def text_config() -> dict[str, Any]:
    """Return Vega-Lite's configuration of text colours for the visitor's page."""
    quiet = colours.quiet_colour()
    text = {"labelColor": quiet, "titleColor": quiet}
    return {"axis": text, "legend": text, "text": {"color": quiet}}
