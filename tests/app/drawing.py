"""Helpers of tests of the page Draw: a canvas without a browser, and the words on the page."""

import types
from typing import Any

import streamlit as st
from streamlit.testing.v1 import AppTest

from mnist_demo.app.widgets.drawing.canvas import PEN_WIDTH


def path(*points: tuple[float, float]) -> dict[str, Any]:
    """Return a stroke in the form of Fabric.js."""
    commands = [["M" if place == 0 else "L", *point] for place, point in enumerate(points)]
    return {"type": "Path", "path": commands, "stroke": "#000000", "strokeWidth": PEN_WIDTH}


SEVEN: dict[str, Any] = {"version": "7.0.0", "objects": [path((80, 70), (240, 70)), path((240, 70), (140, 280))]}


class FakeCanvas:
    """Replaces the component, because AppTest cannot draw and shows the component as an unknown element."""

    def __init__(self) -> None:
        self.value: Any = None
        self.calls: list[dict[str, Any]] = []

    def __call__(self, **options: Any) -> types.SimpleNamespace:
        self.calls.append(options)
        st.session_state.setdefault(options["key"], "shown")
        if isinstance(self.value, Exception):
            raise self.value
        return types.SimpleNamespace(json_data=self.value or options["initial_drawing"])


def said(app: AppTest) -> tuple[str, str]:
    (metric,) = app.metric
    return metric.value, metric.delta


def sentences(app: AppTest) -> list[str]:
    return [element.value for element in app.main.markdown]
