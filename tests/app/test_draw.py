"""The page Draw: what it says of a drawing is what the network says, and an empty canvas gets no answer."""

import ast
import json
import shutil
import sys
import types
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from mnist_demo.app.answer import answer_chart, answer_in_words, answer_text, whole_percent
from mnist_demo.app.canvas import PEN_WIDTH, SIDE, with_ink
from mnist_demo.drawing import digit_from_strokes, strokes_from_canvas
from mnist_demo.inference import Inference
from mnist_demo.runs import Run, create_run
from tests.app.conftest import LAB, OpenPage

DIGITS = tuple("0123456789")
INVITATION = "Draw a digit: large and in the middle or small in a corner, it does not matter."


def path(*points: tuple[float, float]) -> dict[str, Any]:
    """A stroke as Fabric.js describes it."""
    commands = [["M" if place == 0 else "L", *point] for place, point in enumerate(points)]
    return {"type": "Path", "path": commands, "stroke": "#000000", "strokeWidth": PEN_WIDTH}


SEVEN: dict[str, Any] = {"version": "7.0.0", "objects": [path((80, 70), (240, 70)), path((240, 70), (140, 280))]}


class FakeCanvas:
    """Stands for the component: AppTest cannot draw, and shows it as an unknown element."""

    def __init__(self) -> None:
        self.value: Any = None
        self.calls: list[dict[str, Any]] = []

    def __call__(self, **options: Any) -> types.SimpleNamespace:
        self.calls.append(options)
        st.session_state.setdefault(options["key"], "shown")
        if isinstance(self.value, Exception):
            raise self.value
        return types.SimpleNamespace(json_data=self.value or options["initial_drawing"])


@pytest.fixture
def canvas(monkeypatch: pytest.MonkeyPatch) -> FakeCanvas:
    fake = FakeCanvas()
    module = types.ModuleType("streamlit_drawable_canvas")
    monkeypatch.setattr(module, "st_canvas", fake, raising=False)
    monkeypatch.setitem(sys.modules, "streamlit_drawable_canvas", module)
    return fake


@pytest.fixture
def inference() -> Iterator[Inference]:
    asked = Inference()
    yield asked
    asked.close()


def said(app: AppTest) -> tuple[str, str]:
    (metric,) = app.metric
    return metric.value, metric.delta


def sentences(app: AppTest) -> list[str]:
    return [element.value for element in app.main.markdown]


def test_without_a_trained_network_it_offers_to_train_one(open_page: OpenPage) -> None:
    app = open_page("draw")
    assert app.button(key="train_fast").label == "Train the fast network"
    assert not app.metric


def test_an_empty_canvas_gets_an_invitation_and_no_answer(open_page: OpenPage, trained_run: Run) -> None:
    app = open_page("draw", LAB)  # with the real component
    assert said(app) == ("–", "nothing yet")
    assert INVITATION in sentences(app)
    assert not app.selectbox  # a single run leaves nothing to choose
    assert app.button(key="next_step").label == "Design a better network"


def test_a_drawing_is_answered_as_the_network_answers_its_digit(
    open_page: OpenPage, trained_run: Run, canvas: FakeCanvas, inference: Inference
) -> None:
    digit = digit_from_strokes(strokes_from_canvas(SEVEN), canvas=(SIDE, SIDE), drawn_pen_width=PEN_WIDTH)
    words = answer_in_words(inference.predict(trained_run, digit[None])[0], DIGITS)
    canvas.value = SEVEN
    app = open_page("draw", LAB)
    assert said(app) == (words.label, words.sureness)
    assert INVITATION not in sentences(app)


def test_it_is_the_chosen_run_that_answers(open_page: OpenPage, trained_run: Run, canvas: FakeCanvas) -> None:
    newer = trained_run.folder.with_name("20260102-120000-abcdef")
    shutil.copytree(trained_run.folder, newer)
    app = open_page("draw", LAB)
    chooser = app.selectbox(key="chosen_run")
    assert chooser.value == newer.name
    assert len(chooser.options) == 2
    assert all(option.startswith("small, ") and "on validation, 2026-01-0" in option for option in chooser.options)
    chooser.select(trained_run.id).run()
    assert app.session_state["run_id"] == trained_run.id
    assert app.selectbox(key="chosen_run").value == trained_run.id
    assert not app.exception


def test_a_run_without_a_trained_epoch_is_no_choice(open_page: OpenPage, trained_run: Run) -> None:
    create_run(trained_run.folder.with_name("20260102-120000-abcdef"), trained_run.experiment)
    app = open_page("draw", LAB)
    assert not app.selectbox
    assert len(app.metric) == 1


def test_the_canvas_keeps_its_beginning_while_it_is_drawn_on(
    open_page: OpenPage, trained_run: Run, canvas: FakeCanvas
) -> None:
    app = open_page("draw", LAB)
    canvas.value = SEVEN
    app.run()
    app.run()
    assert [call["initial_drawing"] for call in canvas.calls] == [None, None, None]
    assert len({call["key"] for call in canvas.calls}) == 1


def test_coming_back_finds_the_drawing(open_page: OpenPage, trained_run: Run, canvas: FakeCanvas) -> None:
    canvas.value = SEVEN
    app = open_page("draw", LAB)
    answer = said(app)
    app.switch_page("mnist_demo/app/train.py").run()
    # Streamlit forgets a widget whose page was left; the stand-in is none.
    del app.session_state[canvas.calls[-1]["key"]]
    canvas.value = None
    app.switch_page("mnist_demo/app/draw.py").run()
    assert canvas.calls[-1]["initial_drawing"]["objects"][0]["path"] == SEVEN["objects"][0]["path"]
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
        assert "canvas_kept" not in app.session_state
        beginnings.append(canvas.calls[-1]["initial_drawing"])
        canvas.value = {"objects": []}
        app.run()
        assert said(app) == ("–", "nothing yet")
        canvas.value = SEVEN
        app.run()
    assert [beginning["objects"] for beginning in beginnings] == [[], []]
    assert beginnings[0] != beginnings[1]  # or the canvas would keep the second drawing
    assert len({call["key"] for call in canvas.calls}) == 1


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
    assert "canvas_kept" not in app.session_state


def test_weights_that_are_gone_get_a_sentence(open_page: OpenPage, trained_run: Run, canvas: FakeCanvas) -> None:
    for snapshot in trained_run.snapshots:
        snapshot.write_bytes(b"no weights")
    canvas.value = SEVEN
    app = open_page("draw", LAB)
    assert said(app) == ("–", "nothing yet")
    assert any(sentence.startswith(":material/error:") for sentence in sentences(app))


def shares(**given: float) -> np.ndarray:
    """Ten probabilities: those that are given, the rest shared evenly."""
    rest = (1 - sum(given.values())) / (10 - len(given))
    return np.array([given.get(f"d{digit}", rest) for digit in range(10)], np.float32)


@pytest.mark.parametrize(
    ("probabilities", "label", "sureness"),
    [
        (shares(d7=0.98, d1=0.011), "7", "98% sure"),
        (shares(d7=0.9999), "7", "over 99% sure"),
        (shares(d3=0.5, d8=0.4), "3 or 8", "not sure"),
        (shares(d3=0.32, d8=0.36, d5=0.29), "8, 3 or 5", "not sure"),
        (shares(d3=0.6, d8=0.2), "3", "only 60% sure"),
        (shares(), "?", "cannot tell"),
        (np.full(10, np.nan, np.float32), "?", "no answer"),
    ],
)
def test_words_claim_no_more_than_the_probabilities(probabilities: np.ndarray, label: str, sureness: str) -> None:
    words = answer_in_words(probabilities, DIGITS)
    assert (words.label, words.sureness) == (label, sureness)
    assert words.sentence.endswith(".")


def test_classes_that_are_not_digits_have_their_names() -> None:
    names = ("T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
    words = answer_in_words(shares(d9=0.9, d7=0.08), names)
    assert (words.label, words.sentence) == ("Ankle boot", "The next best is Sneaker, at 8%.")
    assert answer_text(shares(d9=0.9, d7=0.08), names).startswith("Probabilities: Ankle boot 90%, Sneaker 8%, ")


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "under 1%"), (0.006, "1%"), (0.5, "50%"), (0.994, "99%"), (0.9951, "over 99%")]
)
def test_nothing_is_rounded_to_certainty(share: float, text: str) -> None:
    assert whole_percent(share) == text


def bars(probabilities: np.ndarray | None) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The rows of the chart, and its specification without them."""
    described = answer_chart(probabilities, DIGITS, "#3a55b4").to_dict()
    ((name, rows),) = described.pop("datasets").items()
    return rows, json.loads(json.dumps(described).replace(name, "rows"))


def test_only_the_data_of_the_bars_move() -> None:
    at_rest, empty = bars(None)
    rows, full = bars(shares(d7=0.98))
    assert empty == full
    assert [row["probability"] for row in at_rest] == [0.0] * 10
    assert [row["probability"] for row in rows] == pytest.approx(shares(d7=0.98))
    assert [row["class"] for row in rows if row["highest"]] == ["7"]
    assert not any(row["highest"] or row["percent"] for row in at_rest)


def test_bars_rest_where_there_are_no_numbers() -> None:
    assert bars(np.full(10, np.nan, np.float32)) == bars(None)
    assert answer_text(np.full(10, np.nan, np.float32), DIGITS) == answer_text(None, DIGITS)


def test_new_ink_changes_nothing_else() -> None:
    blue = with_ink(SEVEN, "#8fa5ff")
    assert blue is not None
    assert {stroke["stroke"] for stroke in blue["objects"]} == {"#8fa5ff"}
    assert {stroke["stroke"] for stroke in SEVEN["objects"]} == {"#000000"}
    for before, after in zip(strokes_from_canvas(SEVEN), strokes_from_canvas(blue), strict=True):
        np.testing.assert_array_equal(before, after)
    assert with_ink(None, "#8fa5ff") is None


def test_the_stand_in_is_called_as_the_component_may_be(
    open_page: OpenPage, trained_run: Run, canvas: FakeCanvas
) -> None:
    # Read, not imported: it cannot be imported without a server.
    file = distribution("streamlit-drawable-canvas").locate_file("streamlit_drawable_canvas/__init__.py")
    functions = [each for each in ast.parse(Path(str(file)).read_text()).body if isinstance(each, ast.FunctionDef)]
    (component,) = [function for function in functions if function.name == "st_canvas"]
    open_page("draw", LAB)
    assert set(canvas.calls[-1]) <= {argument.arg for argument in component.args.args}
