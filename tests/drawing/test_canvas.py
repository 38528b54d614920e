"""Strokes are read from recorded messages of the canvas component."""

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_demo.drawing import DrawingError, canvas_from_strokes, digit_from_strokes, strokes_from_canvas
from mnist_demo.drawing.canvas import SMALLEST
from tests.drawing.samples import Strokes, drawings

# The message was recorded with streamlit-drawable-canvas 0.13 in Chromium, canvas 280×280, pen 20: a barred 7 in two
# strokes, a click, and the first stroke of the 7 after the edit tool moved, shrank and turned it.
CAPTURED: dict[str, Any] = json.loads(Path(__file__).with_name("captured_canvas.json").read_text())


def seven() -> dict[str, Any]:
    return copy.deepcopy(CAPTURED["seven"])


def path_of(*commands: list[object], **where: object) -> dict[str, Any]:
    return {"objects": [{"type": "Path", "path": list(commands), **where}]}


@pytest.mark.parametrize("nothing", [None, {}, {"objects": []}, {"objects": [], "background": ""}])
def test_an_empty_canvas_has_no_strokes(nothing: object) -> None:
    assert strokes_from_canvas(nothing) == []


def test_an_unedited_drawing_is_where_the_pen_was() -> None:
    long, bar = strokes_from_canvas(seven())
    # The points are those where the mouse was pressed, turned and released.
    for stroke, places in ((long, [(80, 60), (140, 56), (140, 210)]), (bar, [(120, 130), (190, 126)])):
        for place in places:
            assert np.hypot(*(stroke - place).T).min() < 1
    assert long[0] == pytest.approx((80, 60), abs=0.1)
    assert long[-1] == pytest.approx((140, 210), abs=0.1)
    assert (digit_from_strokes([long, bar]) > 0).any()


def test_a_stroke_that_the_edit_tool_turned_is_refused() -> None:
    with pytest.raises(DrawingError, match="changed after it was drawn"):
        strokes_from_canvas({"objects": [CAPTURED["turned"]]})


def test_a_click_is_one_point() -> None:
    stroke = strokes_from_canvas({"objects": [CAPTURED["click"]]})[0]
    np.testing.assert_allclose(stroke, [[230, 240]], atol=0.01)


numbers = st.floats(-200, 200)


@settings(max_examples=40)
@given(*[numbers] * 6)
def test_a_curve_is_followed_closely(x0: float, y0: float, cx: float, cy: float, x1: float, y1: float) -> None:
    stroke = strokes_from_canvas(path_of(["M", x0, y0], ["Q", cx, cy, x1, y1]))[0]
    t = np.linspace(0, 1, 50)[:, None]
    points = (1 - t) ** 2 * (x0, y0) + 2 * t * (1 - t) * np.array((cx, cy)) + t**2 * (x1, y1)
    if len(stroke) == 1:
        assert np.ptp(points, axis=0).max() < 0.5
        return
    start, along = stroke[:-1], np.diff(stroke, axis=0)
    length2 = np.maximum((along**2).sum(axis=1), 1e-12)
    share = np.clip(((points[:, None] - start) * along).sum(axis=2) / length2, 0, 1)
    distance = np.linalg.norm(points[:, None] - start - share[:, :, None] * along, axis=2).min(axis=1)
    assert distance.max() < 0.06


nan, inf = float("nan"), float("inf")
good = ["M", 1, 2]


@pytest.mark.parametrize(
    ("drawing", "message"),
    [
        ([], "own description, not list"),
        ("{}", "own description, not str"),
        ({"objects": {}}, "must be a list, not dict"),
        ({"objects": None}, "must be a list, not NoneType"),
        ({"objects": [None]}, "holds something"),
        ({"objects": [{"type": "Rect"}]}, "holds a Rect"),
        ({"objects": [{"type": ["Path"]}]}, "holds something"),
        ({"objects": [{"type": "Path"}]}, "has no path"),
        ({"objects": [{"type": "Path", "path": "M 1 2"}]}, "has no path"),
        (path_of(), "has no path"),
        ({"objects": [{"type": "Path", "path": [1]}]}, "not made of commands"),
        (path_of([]), "not made of commands"),
        (path_of([1, 2, 3]), "not made of commands"),
        (path_of(["L", 1, 2]), "no pen makes: 'L'"),
        (path_of(good, good), "no pen makes: 'M'"),
        (path_of(good, ["A", 1, 2]), "no pen makes: 'A'"),
        (path_of(good, ["L", 1]), "no pen makes: 'L'"),
        (path_of(good, ["Q", 1, 2]), "no pen makes: 'Q'"),
        (path_of(["M", "1", 2]), "path that is not a number"),
        (path_of(["M", True, 2]), "path that is not a number"),
        (path_of(["M", None, 2]), "path that is not a number"),
        (path_of(["M", nan, 2]), "path beyond"),
        (path_of(["M", inf, 2]), "path beyond"),
        (path_of(["M", 10**400, 2]), "path beyond"),
        (path_of(good, originX="left"), r"changed after it was drawn \(originX\)"),
        (path_of(good, originY=["center"]), r"\(originY\)"),
        (path_of(good, scaleX=2), r"\(scaleX\)"),
        (path_of(good, scaleY=nan), r"\(scaleY\)"),
        (path_of(good, angle="right"), r"\(angle\)"),
        (path_of(good, angle=10**400), r"\(angle\)"),
        (path_of(good, skewX=90), r"\(skewX\)"),
        (path_of(good, skewY=-inf), r"\(skewY\)"),
        (path_of(good, flipX=True), r"\(flipX\)"),
        (path_of(good, flipY={}), r"\(flipY\)"),
        (path_of(good, *[["L", 1, 2]] * 10_000), "more than 10,000 points"),
        ({"objects": path_of(good)["objects"] * 1001}, "more than 1,000 strokes"),
        ({"objects": path_of(good, *[["L", 1, 2.001]] * 200)["objects"] * 51}, "more than 10,000"),
        ({"objects": path_of(good, *[["L", i, 2] for i in range(200)])["objects"] * 51}, "more than 10,000"),
    ],
)
def test_a_message_without_a_pens_strokes_is_refused_in_one_sentence(drawing: object, message: str) -> None:
    with pytest.raises(DrawingError, match=message):
        strokes_from_canvas(drawing)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["M", "L", "Q", "Path", ""]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=80)
@given(st.sampled_from(["type", "path", "left", "scaleY", "angle", "originY", "skewX", "flipX"]), json_values)
def test_a_tampered_drawing_gives_strokes_or_a_reason(key: str, value: object) -> None:
    drawing = seven()
    drawing["objects"][0][key] = value
    try:
        strokes = strokes_from_canvas(drawing)
    except DrawingError:
        return
    assert all(stroke.ndim == 2 and np.isfinite(stroke).all() for stroke in strokes)


@settings(max_examples=30)
@given(drawings)
def test_strokes_sent_to_the_canvas_are_read_again(strokes: Strokes) -> None:
    # A click of the pen is a point, and so is a stroke too short to be a move.
    scaled = [stroke * 100 for stroke in strokes] + [np.array([[3.0, 4.0]])]
    back = strokes_from_canvas(canvas_from_strokes(scaled, "#3a55b4", 24))
    for one, other in zip(scaled, back, strict=True):
        if np.ptp(one, axis=0).max() >= SMALLEST:
            np.testing.assert_allclose(other, one, atol=1e-9)
        else:
            np.testing.assert_allclose(other, one[:1], atol=SMALLEST)
