"""The guide of a lesson, as a learner meets it on the pages."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from mnist_demo.app.lesson_guide import CONTROL_KEYS
from mnist_demo.lessons import Language, load_library
from mnist_demo.lessons.pointers import CONTROLS
from mnist_demo.presets import PRESETS
from mnist_demo.runs import Lab, RunState
from tests.app.conftest import LAB
from tests.pages import at_page

CODELAB = load_library({}).lessons["codelab"][Language.ENGLISH]

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


def number_of(start: str) -> int:
    """Return the number of the step whose title begins so."""
    return next(number for number, step in enumerate(CODELAB.steps, 1) if step.title.startswith(start))


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
