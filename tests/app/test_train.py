"""The page Train as a visitor meets it: before, while and after a network learns."""

import time
from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from mnist_demo.presets import PRESETS
from mnist_demo.runs import Ledger, Run, RunState
from tests.app.conftest import LAB, OpenPage


def lab_of(app: AppTest) -> Ledger:
    return Ledger(app.session_state["lab_id"])


def run_until(app: AppTest, condition: Callable[[], bool], seconds: float = 60) -> None:
    """Look again and again, as the page does by itself in a browser."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)
        app.run()


def test_an_empty_lab_invites(open_page: OpenPage) -> None:
    app = open_page("train")
    assert "Press Train" in app.info[0].value
    assert not app.button(key="train").disabled
    assert any("No run yet" in caption.value for caption in app.caption)
    assert lab_of(app).runs() == []


def test_train_and_stop(open_page: OpenPage) -> None:
    app = open_page("train")
    app.button(key="train").click().run()
    assert not app.exception
    (run,) = lab_of(app).runs()
    assert run.experiment == PRESETS["fast"]
    assert app.button(key="train").disabled
    run_until(app, lambda: run.history().step > 0)
    app.button(key="stop").click().run()
    run_until(app, lambda: run.state is RunState.STOPPED)
    app.run()
    assert not app.button(key="train").disabled
    assert "Stopped after" in app.progress[0].text
    assert run.model_path.exists()


def test_a_finished_run_shows_its_figures(open_page: OpenPage, trained_run: Run) -> None:
    app = open_page("train", LAB)
    history = trained_run.history()
    figures = {metric.label: metric.value for metric in app.metric}
    assert figures["Training loss"] == f"{history.batches['loss'][-1]:.3f}"
    assert figures["Best validation accuracy"] == f"{history.epochs['val_accuracy'].max():.1%}"
    assert "Finished: 2 epochs" in app.progress[0].text
    assert history.digits is not None
    labels_said = [caption.value for caption in app.caption if "of 20 right" in caption.value]
    assert len(labels_said) == 1
    assert len(app.get("arrow_vega_lite_chart")) + len(app.get("vega_lite_chart")) >= 2


def test_another_visitor_sees_nothing_of_it(open_page: OpenPage, trained_run: Run) -> None:
    app = open_page("train")
    assert app.session_state["lab_id"] != LAB
    assert "Press Train" in app.info[0].value


def test_the_address_keeps_the_lab_and_a_damaged_one_gets_a_new_lab(open_page: OpenPage) -> None:
    app = open_page("train", LAB)
    assert app.query_params["lab"] == LAB
    other = open_page("train", "../../etc/passwd")
    assert other.query_params["lab"] == other.session_state["lab_id"] != "../../etc/passwd"
