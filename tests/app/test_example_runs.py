"""A first visit: every page shows an example run, says so, and shows the visitor's own run as soon as there is one."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mnist_demo.app.navigation import PAGES
from mnist_demo.example_runs import Example, example_run
from mnist_demo.files import SHIPPED
from mnist_demo.presets import PRESETS
from mnist_demo.runs import Lab, Run, RunState, StopCode, StopReason, home
from tests.app.conftest import LAB, OpenPage
from tests.app.drawing import FakeCanvas
from tests.jobs.fake_executor import FakeExecutor
from tests.pages import script

CODELAB = "This is an example: the codelab's network after 10 epochs."
CANVAS = "This is an example: the network canvas, which is made for the pen, after 8 epochs."


@pytest.fixture(autouse=True)
def untouched() -> Iterator[None]:
    """Check that no page writes into the package."""
    before = contents()
    yield
    assert contents() == before


def contents() -> dict[Path, bytes]:
    return {
        path: path.read_bytes() for path in SHIPPED.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    }


def words(app: AppTest) -> str:
    """Return all that the main part of a page says."""
    texts = [each.value for each in (*app.main.markdown, *app.main.caption, *app.main.warning, *app.main.error)]
    return "\n".join([*texts, *(each.proto.text for each in app.get("progress"))])


def keys(app: AppTest) -> set[str]:
    return {str(button.key) for button in app.button}


def learned(run: Run, trained_folder: Path, state: RunState) -> None:
    """Let a queued run have the results of a trained run."""
    shutil.copytree(trained_folder, run.folder, dirs_exist_ok=True)
    if state is not RunState.FINISHED:
        run.mark(state)


def test_the_sidebar_says_on_every_page_that_an_example_is_shown(open_page: OpenPage) -> None:
    app = open_page(PAGES[0].name)
    for page in PAGES:
        app.switch_page(script(page.name)).run()
        assert not app.exception, page.name
        assert not app.error, page.name
        assert "No run yet: the pages show an example" in [each.value for each in app.sidebar.caption], page.name
    assert "run_id" not in app.session_state
    assert not list(Lab(home(), app.session_state["lab_id"]).runs)


def test_evaluate_shows_the_codelab_or_the_other_example(open_page: OpenPage) -> None:
    app = open_page("evaluate")
    assert f"{CODELAB} Train your own in ten seconds: it takes its place." in words(app)
    choice = app.selectbox(key="chosen_run")
    assert [option.split(",")[0] for option in choice.options] == ["Example: codelab", "Example: canvas"]
    assert choice.value == example_run(Example.CODELAB).id
    codelab = app.metric[0].value
    app.selectbox(key="chosen_run").set_value(example_run(Example.CANVAS).id).run()
    assert CANVAS in words(app)
    assert app.metric[0].value > codelab
    # The chosen example stays on the next page.
    app.switch_page(script("time_machine")).run()
    assert CANVAS in words(app)


def test_the_time_machine_needs_no_network_for_the_example(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mnist_demo.inference.Inference.predict", lambda *_: pytest.fail("asked"))
    app = open_page("time_machine")
    app.run()
    assert CODELAB in words(app)
    assert "All figures are of the 1,000 validation images" in words(app)


def test_draw_shows_canvas_and_offers_no_other_network_for_the_pen(open_page: OpenPage, canvas: FakeCanvas) -> None:
    app = open_page("draw")
    assert app.selectbox(key="chosen_run").value == example_run(Example.CANVAS).id
    assert CANVAS in words(app)
    assert "train_fast" in keys(app)
    assert "draw_train_canvas" not in keys(app)
    app.session_state["draw_several"] = True
    app.run()
    assert len(app.multiselect(key="draw_runs").value) == 2


def test_train_shows_the_example_until_the_first_run_begins(open_page: OpenPage, executor: FakeExecutor) -> None:
    app = open_page("train")
    assert f"{CODELAB} Press Train, and your own takes its place." in words(app)
    assert re.search(r"its answers after 110 batches: \d+ of 20 right", words(app))
    figures = {metric.label: metric.value for metric in app.metric}
    assert float(figures["Training loss"]) < 1
    assert figures["Images per second"] == "–"
    # An example cannot be trained further.
    assert "train_more" not in keys(app)
    app.button(key="train").click().run()
    executor.next()
    app.run()
    assert "example" not in words(app)
    assert {metric.value for metric in app.metric} == {"–"}


@pytest.mark.parametrize("page", ["evaluate", "time_machine"])
def test_the_example_stays_until_the_first_run_has_learned(
    open_page: OpenPage, executor: FakeExecutor, trained_folder: Path, page: str
) -> None:
    app = open_page(page)
    app.button(key="train_fast").click().run()
    executor.next()
    app.run()
    assert f"{CODELAB} **fast** takes its place when its first epoch ends." in words(app)
    assert "train_fast" not in keys(app)
    (run,) = Lab(home(), app.session_state["lab_id"]).runs
    learned(run, trained_folder, RunState.TRAINING)
    app.run()
    assert "example" not in words(app)
    assert not app.exception


def test_the_example_stays_after_a_first_run_that_learned_nothing(open_page: OpenPage) -> None:
    own = Lab(home(), LAB).runs.create(PRESETS["fast"])
    own.mark(RunState.FAILED, StopReason(code=StopCode.DIVERGED, batch=3))
    app = open_page("evaluate", LAB)
    (warning,) = app.main.warning
    assert "batch 3" in warning.value
    assert CODELAB in words(app)
    assert "train_fast" in keys(app)
    # The sidebar and Train are about the visitor's own run.
    assert not any("example" in each.value for each in app.sidebar.caption)
    app.switch_page(script("train")).run()
    assert CODELAB not in words(app)


def test_draw_asks_the_example_until_the_first_run_has_weights(
    open_page: OpenPage, executor: FakeExecutor, canvas: FakeCanvas, trained_folder: Path
) -> None:
    app = open_page("draw")
    app.button(key="train_fast").click().run()
    executor.next()
    app.run()
    assert "**fast** takes its place as soon as it begins to learn." in words(app)
    assert CANVAS not in words(app)
    assert "train_fast" not in keys(app)
    (run,) = Lab(home(), app.session_state["lab_id"]).runs
    shutil.copytree(trained_folder / "snapshots", run.folder / "snapshots", dirs_exist_ok=True)
    for later in run.snapshots[1:]:
        later.unlink()
    app.run()
    assert "takes its place" not in words(app)
    assert not [box for box in app.selectbox if box.key == "chosen_run"]


def test_runs_lists_the_examples_which_only_can_be_looked_at(open_page: OpenPage) -> None:
    app = open_page("runs")
    assert "These are examples." in words(app)
    assert app.dataframe[0].value["What differs"].tolist() == ["codelab (example)", "canvas (example)"]
    assert not app.dataframe[0].value["Test"].isna().any()
    assert {"train_fast", "runs_duel"} <= keys(app)
    app.multiselect(key="runs_list").set_value([example_run(Example.CANVAS).id]).run()
    assert not {"runs_pin", "runs_delete", "runs_test"} & keys(app)
    assert not [field for field in app.text_input if str(field.key).startswith("runs_name")]
    assert "it cannot be renamed, pinned, deleted or trained further" in words(app)
    app.button(key="runs_open").click().run()
    assert app.button(key="runs_open").label == "Current run"
    app.switch_page(script("evaluate")).run()
    assert CANVAS in words(app)


def test_two_examples_are_compared(open_page: OpenPage) -> None:
    app = open_page("runs")
    app.multiselect(key="runs_list").set_value([example_run(example).id for example in Example]).run()
    assert not app.exception
    assert [metric.label for metric in app.metric] == ["A codelab (example)", "B canvas (example)"]


def test_a_lesson_does_not_take_the_example_for_the_visitors_work(open_page: OpenPage) -> None:
    app = AppTest.from_file(str(Path(script("train")).parent.parent / "main.py"), default_timeout=120)
    app.query_params["lesson"] = "codelab"
    app.query_params["step"] = "9"
    app.run()
    app.switch_page(script("train")).run()
    assert not app.exception
    (guide,) = (each for each in app.expander if each.label.startswith("Step 9"))
    assert not any(":green[" in each.value for each in guide.markdown)
