"""The guide of a lesson, as a learner meets it on the pages."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Markdown

from mnist_demo.app.lesson_guide import CONTROL_KEYS
from mnist_demo.app.session import server
from mnist_demo.drawing import digit_from_strokes, strokes_from_canvas
from mnist_demo.glossary import load_glossary
from mnist_demo.lessons import Language, Lesson, load_library
from mnist_demo.lessons.pointers import CONTROLS
from mnist_demo.presets import PRESETS
from mnist_demo.runs import Lab, Run, RunState
from tests.app.conftest import LAB
from tests.app.drawing import SEVEN, FakeCanvas
from tests.pages import at_page

LESSONS = load_library({}).lessons
CODELAB = LESSONS["codelab"][Language.ENGLISH]

Follow = Callable[..., AppTest]


@pytest.fixture
def follow() -> Follow:
    """Return a function that opens a page by an address with a lesson."""

    def visit(page: str, **parameters: str) -> AppTest:
        app = at_page(page, **{"lesson": "codelab", "lang": "en", "lab": LAB, **parameters}).run()
        assert not app.exception
        return app

    return visit


def guide(app: AppTest) -> str:
    """Return all that the guide says."""
    (expander,) = (each for each in app.expander if each.label.startswith(("Step", "12단계")))
    return "\n".join([expander.label, *(each.value for each in expander.markdown)])


def number_of(start: str, lesson: Lesson = CODELAB) -> int:
    """Return the number of the step whose title begins so."""
    return next(number for number, step in enumerate(lesson.steps, 1) if step.title.startswith(start))


def test_a_lesson_begins_on_the_page_learn_and_turns_the_pages(home: object, follow: Follow) -> None:
    app = follow("learn", lesson="")
    assert not [each for each in app.expander if each.label.startswith("Step")]
    app.button(key="learn_codelab").click().run()
    assert guide(app).startswith("Step 1 of 12")
    for number in range(2, 5):
        app.button(key="lesson_next").click().run()
        assert not app.exception
        assert guide(app).startswith(f"Step {number} of 12")
    assert app.title[0].value == "Design"
    assert app.query_params["step"] == "4"
    app.button(key="lesson_back").click().run()
    assert app.title[0].value == "Explore"
    app.button(key="lesson_leave").click().run()
    assert not [each for each in app.expander if each.label.startswith("Step")]
    assert "lesson" not in app.query_params


def test_a_step_takes_its_preset_and_names_the_visitor_s_figures(home: object, follow: Follow) -> None:
    app = follow("design", step=str(number_of("The task")))
    app.button(key="lesson_preset").click().run()
    assert Lab(home, LAB).experiment == PRESETS["codelab"]  # type: ignore[arg-type]
    app.button(key="lesson_next").click().run()
    app.radio[0].set_value(0).run()
    assert "You predicted something else: 200. It is 208: 8 kernels of 5×5" in guide(app)
    app.radio[0].set_value(1).run()
    assert "As you predicted. It is 208" in guide(app)


def test_the_lab_notices_what_was_done(home: object, follow: Follow) -> None:
    step = number_of("Train it")
    assert "radio_button_unchecked" in guide(follow("train", step=str(step)))
    run = Lab(home, LAB).runs.create(PRESETS["codelab"])  # type: ignore[arg-type]
    run.mark(RunState.FINISHED)
    assert "check_circle" in guide(follow("train", step=str(step)))


def test_another_page_leads_back_to_the_step_s(home: object, follow: Follow) -> None:
    app = follow("explore", step=str(number_of("Where is it wrong")))
    app.button(key="lesson_go").click().run()
    assert app.title[0].value == "Evaluate"


def test_words_point_at_what_they_name(home: object, follow: Follow) -> None:
    app = follow("explore", step=str(number_of("Load the data")))
    assert ":primary[Three parts]" in guide(app)
    (pointing,) = (button for button in app.button if button.label == "Three parts")
    pointing.click().run()
    assert f".st-key-{CONTROL_KEYS['splits']}" in "".join(str(each.proto) for each in app.get("html"))
    app.run()
    assert ".st-key-split " not in "".join(str(each.proto) for each in app.get("html"))


def test_words_about_a_layer_open_it(home: object, follow: Follow) -> None:
    app = follow("design", step=str(number_of("The first convolution")))
    pointing = next(button for button in app.button if button.label == "The first layer")
    pointing.click().run()
    assert not app.exception
    assert app.session_state["design_open"] == app.session_state["design_draft"].items[0].id
    assert ".st-key-design_editor" in "".join(str(each.proto) for each in app.get("html"))


def test_a_lesson_is_taken_up_where_it_was_left(home: Path, follow: Follow) -> None:
    follow("train", step="4").button(key="lesson_leave").click().run()
    assert Lab(home, LAB).lesson_steps == {"codelab": 4}
    app = follow("learn", lesson="")
    assert app.button(key="learn_codelab").label == "Go on"
    assert any(each.value == f"Step 4 of {len(CODELAB.steps)}" for each in app.caption)
    app.button(key="learn_codelab").click().run()
    assert guide(app).startswith("Step 4 of")


def test_a_task_points_too(home: object, follow: Follow) -> None:
    lesson = LESSONS["cannot_read"][Language.ENGLISH]
    app = follow("train", lesson="cannot_read", step=str(number_of("Another hand", lesson)))
    assert "on the :primary[canvas]" in guide(app)
    (pointing,) = (button for button in app.button if button.label == "canvas")
    pointing.click().run()
    assert app.title[0].value == "Draw"


def test_the_guide_is_told_what_the_network_said_to_a_drawing(
    follow: Follow, trained_run: Run, canvas: FakeCanvas
) -> None:
    lesson = LESSONS["cannot_read"][Language.ENGLISH]
    canvas.value = SEVEN
    app = follow("draw", lesson="cannot_read", step=str(number_of("A seven", lesson)))
    app.radio[0].set_value(0).run()
    # The small network of the tests may be wrong, and the guide says what it said.
    said = "As you predicted. It says 7" if app.metric[0].value == "7" else "You predicted something else: yes. It says"
    assert said in guide(app)
    app.button(key="clear").click().run()
    app.run()
    assert "It says" not in guide(app)


def test_kept_drawings_are_read_in_the_background(home: Path, follow: Follow, trained_run: Run) -> None:
    lesson = LESSONS["cannot_read"][Language.ENGLISH]
    image = digit_from_strokes(strokes_from_canvas(SEVEN))
    Lab(home, LAB).change_collection(lambda collection: collection.with_drawing(image, 7))
    app = follow("draw", lesson="cannot_read", step=str(number_of("Challenge", lesson)))
    deadline = time.monotonic() + 60
    while "Kept: 1; this network reads …" in guide(app):
        assert time.monotonic() < deadline
        app.run()
    answer = server.inference().predict(trained_run, image[None])[0].argmax()
    assert f"Kept: 1; this network reads {'100%' if answer == 7 else '0%'} of them" in guide(app)


def test_the_guide_is_told_which_runs_are_chosen(home: Path, follow: Follow, trained_run: Run) -> None:
    lesson = LESSONS["a_or_b"][Language.ENGLISH]
    again = home / "runs" / LAB / "20260101-120001-abcdef"
    shutil.copytree(trained_run.folder, again)
    app = follow("runs", lesson="a_or_b", step=str(number_of("Like a coin", lesson)))
    assert "Only the … digits" in guide(app)
    app.multiselect(key="runs_list").set_value([trained_run.id, again.name]).run()
    app.run()
    assert "Only the 0 digits" in guide(app)


@pytest.mark.parametrize("language", Language)
def test_words_open_entries_of_the_glossary(home: object, follow: Follow, language: Language) -> None:
    app = follow("train", step=str(number_of("Train it")), lang=language)
    assert "word:" not in guide(app)
    entries = load_glossary(language).entries
    assert {entries[name].text for name in ("step", "overfitting")} <= {told_entry(each) for each in app.main.markdown}


def told_entry(markdown: Markdown) -> str:
    """Return an entry without its heading."""
    return markdown.value.rpartition("\n")[2]


def test_the_lesson_is_there_in_korean(home: object, follow: Follow) -> None:
    assert "무엇을 만들까요?" in guide(follow("explore", lang="ko"))


@pytest.mark.parametrize(
    "parameters",
    [{"lesson": "nothing"}, {"lesson": "../../etc"}, {"step": "0"}, {"step": "999"}, {"step": "x"}, {"lang": "xx"}],
)
def test_a_damaged_address_opens_the_page(home: object, follow: Follow, parameters: dict[str, str]) -> None:
    app = follow("explore", **parameters)
    assert app.title[0].value == "Explore"


def test_every_control_has_an_element() -> None:
    assert set(CONTROL_KEYS) == set(CONTROLS)
