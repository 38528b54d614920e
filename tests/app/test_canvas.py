"""The canvas of the page Draw: it begins again only when it must, and believes nothing that a browser sends."""

import ast
from importlib.metadata import distribution
from pathlib import Path

import numpy as np
import pytest

from mnist_demo.runs import Run
from tests.app.conftest import LAB, OpenPage
from tests.app.drawing import SEVEN, FakeCanvas, path, said, sentences
from tests.pages import script


def test_the_canvas_keeps_its_beginning_while_it_is_drawn_on(
    open_page: OpenPage, trained_run: Run, canvas: FakeCanvas
) -> None:
    app = open_page("draw", LAB)
    canvas.value = SEVEN
    app.run()
    app.run()
    assert [call["initial_drawing"] for call in canvas.calls] == [{"objects": []}] * 3
    assert len({call["key"] for call in canvas.calls}) == 1


def test_coming_back_finds_the_drawing(open_page: OpenPage, trained_run: Run, canvas: FakeCanvas) -> None:
    canvas.value = SEVEN
    app = open_page("draw", LAB)
    answer = said(app)
    app.switch_page(script("train")).run()
    # Streamlit forgets a widget whose page was left; the stand-in is none.
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
        # The browser still says what was there when the button was pressed.
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
    assert beginnings[0] != beginnings[1]  # or the canvas would keep the second drawing
    assert len({call["key"] for call in canvas.calls}) == 1


def test_undo_takes_the_last_stroke_away(open_page: OpenPage, trained_run: Run, canvas: FakeCanvas) -> None:
    canvas.value = SEVEN
    app = open_page("draw", LAB)
    app.button(key="undo").click().run()
    # The browser still says what was there when the button was pressed.
    (kept,) = app.session_state["canvas_kept"]
    np.testing.assert_array_equal(kept, [(80, 70), (240, 70)])
    assert len(canvas.calls[-1]["initial_drawing"]["objects"]) == 1
    canvas.value = {"objects": SEVEN["objects"][:1]}
    app.run()
    for _ in range(2):  # once more than there is anything to take away
        app.button(key="undo").click().run()
        assert said(app) == ("–", "nothing yet")


def test_a_refresh_finds_the_drawing(open_page: OpenPage, trained_run: Run, canvas: FakeCanvas, home: Path) -> None:
    canvas.value = SEVEN
    answer = said(open_page("draw", LAB))
    canvas.value = None
    assert said(open_page("draw", LAB)) == answer
    # What is not a drawing any more is an empty canvas.
    (home / "drawings" / LAB / "current.json").write_text('{"strokes": [[[1, "2"]]]}')
    assert said(open_page("draw", LAB)) == ("–", "nothing yet")


@pytest.mark.parametrize(
    "value",
    [
        {"objects": [{"type": "Rect"}]},
        {"objects": [path((1, 2), (float("inf"), 3))]},
        {"objects": "none"},
        [1, 2],
        # What the component itself does with a value that is not its own.
        AttributeError("'str' object has no attribute 'get'"),
        KeyError("naturalWidth"),
    ],
    ids=["rectangle", "infinite", "text", "list", "no_dict", "no_fit"],
)
def test_a_hostile_drawing_gets_one_sentence(
    open_page: OpenPage, trained_run: Run, canvas: FakeCanvas, value: object
) -> None:
    canvas.value = value
    app = open_page("draw", LAB)
    assert said(app) == ("–", "nothing yet")
    (problem,) = [sentence for sentence in sentences(app) if sentence.startswith(":material/error:")]
    assert problem.endswith(".")
    assert app.session_state["canvas_kept"] == []


def test_the_stand_in_is_called_as_the_component_may_be(
    open_page: OpenPage, trained_run: Run, canvas: FakeCanvas
) -> None:
    # Read, not imported: it cannot be imported without a server.
    file = distribution("streamlit-drawable-canvas").locate_file("streamlit_drawable_canvas/__init__.py")
    functions = [each for each in ast.parse(Path(str(file)).read_text()).body if isinstance(each, ast.FunctionDef)]
    (component,) = [function for function in functions if function.name == "st_canvas"]
    open_page("draw", LAB)
    assert set(canvas.calls[-1]) <= {argument.arg for argument in component.args.args}
