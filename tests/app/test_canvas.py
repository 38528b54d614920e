"""The canvas of the page Draw begins again only when necessary, and checks every value from a browser."""

import ast
from importlib.metadata import distribution
from pathlib import Path

import numpy as np
import pytest

from mnist_demo.runs import Run
from tests.app.conftest import LAB, OpenPage
from tests.app.drawing import SEVEN, FakeCanvas, path, said, sentences
from tests.pages import script


def test_the_canvas_keeps_its_initial_drawing_while_it_is_drawn_on(
    open_page: OpenPage, trained_run: Run, canvas: FakeCanvas
) -> None:
    app = open_page("draw", LAB)
    canvas.value = SEVEN
    app.run()
    app.run()
    assert [call["initial_drawing"] for call in canvas.calls] == [{"objects": []}] * 3
    assert len({call["key"] for call in canvas.calls}) == 1


def test_returning_to_the_page_restores_the_drawing(open_page: OpenPage, trained_run: Run, canvas: FakeCanvas) -> None:
    canvas.value = SEVEN
    app = open_page("draw", LAB)
    answer = said(app)
    app.switch_page(script("train")).run()
    # The fake is no widget, so the test deletes its value, as Streamlit does when a page is left.
    del app.session_state[canvas.calls[-1]["key"]]
    canvas.value = None
    app.switch_page(script("draw")).run()
    assert [each["path"] for each in canvas.calls[-1]["initial_drawing"]["objects"]] == [
        each["path"] for each in SEVEN["objects"]
    ]
    assert said(app) == answer


def test_clear_empties_the_canvas_at_once(open_page: OpenPage, trained_run: Run, canvas: FakeCanvas) -> None:
    canvas.value = SEVEN
    app = open_page("draw", LAB)
    beginnings = []
    for _ in range(2):
        assert said(app)[0] != "–"
        # The browser still sends the drawing from before the button was pressed.
        app.button(key="clear").click().run()
        assert said(app) == ("–", "nothing yet")
        assert app.session_state["canvas_kept"] == []
        beginnings.append(canvas.calls[-1]["initial_drawing"])
        canvas.value = {"objects": []}
        app.run()
        assert said(app) == ("–", "nothing yet")
        canvas.value = SEVEN
        app.run()
    assert [beginning["objects"] for beginning in beginnings] == [[], []]
    assert beginnings[0] != beginnings[1]  # with an equal beginning the canvas would keep the second drawing
    assert len({call["key"] for call in canvas.calls}) == 1


def test_undo_removes_the_last_stroke(open_page: OpenPage, trained_run: Run, canvas: FakeCanvas) -> None:
    canvas.value = SEVEN
    app = open_page("draw", LAB)
    app.button(key="undo").click().run()
    # The browser still sends the drawing from before the button was pressed.
    (kept,) = app.session_state["canvas_kept"]
    np.testing.assert_array_equal(kept, [(80, 70), (240, 70)])
    assert len(canvas.calls[-1]["initial_drawing"]["objects"]) == 1
    canvas.value = {"objects": SEVEN["objects"][:1]}
    app.run()
    for _ in range(2):  # once more than there are strokes
        app.button(key="undo").click().run()
        assert said(app) == ("–", "nothing yet")


def test_a_refresh_restores_the_drawing(open_page: OpenPage, trained_run: Run, canvas: FakeCanvas, home: Path) -> None:
    canvas.value = SEVEN
    answer = said(open_page("draw", LAB))
    canvas.value = None
    assert said(open_page("draw", LAB)) == answer
    # A damaged drawing reads as an empty canvas.
    (home / "drawings" / LAB / "current.json").write_text('{"strokes": [[[1, "2"]]]}')
    assert said(open_page("draw", LAB)) == ("–", "nothing yet")


@pytest.mark.parametrize(
    "value",
    [
        {"objects": [{"type": "Rect"}]},
        {"objects": [path((1, 2), (float("inf"), 3))]},
        {"objects": "none"},
        [1, 2],
        # The component itself raises this for a value that is not its own.
        AttributeError("'str' object has no attribute 'get'"),
        KeyError("naturalWidth"),
    ],
    ids=["rectangle", "infinite", "text", "list", "no_dict", "no_fit"],
)
def test_a_hostile_drawing_is_refused_in_one_sentence(
    open_page: OpenPage, trained_run: Run, canvas: FakeCanvas, value: object
) -> None:
    canvas.value = value
    app = open_page("draw", LAB)
    assert said(app) == ("–", "nothing yet")
    (problem,) = [sentence for sentence in sentences(app) if sentence.startswith(":material/error:")]
    assert problem.endswith(".")
    assert app.session_state["canvas_kept"] == []


def test_the_fake_canvas_has_the_arguments_of_the_component(
    open_page: OpenPage, trained_run: Run, canvas: FakeCanvas
) -> None:
    # The module is read and not imported, because its import needs a server.
    file = distribution("streamlit-drawable-canvas").locate_file("streamlit_drawable_canvas/__init__.py")
    functions = [each for each in ast.parse(Path(str(file)).read_text()).body if isinstance(each, ast.FunctionDef)]
    (component,) = [function for function in functions if function.name == "st_canvas"]
    open_page("draw", LAB)
    assert set(canvas.calls[-1]) <= {argument.arg for argument in component.args.args}
