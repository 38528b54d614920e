"""The page Train as a visitor meets it: before, during and after a training."""

import dataclasses
import time
from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from mnist_demo.app.session import server
from mnist_demo.experiment import DataReference
from mnist_demo.presets import PRESETS
from mnist_demo.runs import Lab, LabRuns, Run, RunState, StopCode, StopReason, home, is_lab_id
from mnist_demo.training import Continuation
from tests.app.conftest import LAB, OpenPage
from tests.jobs.fake_executor import FakeExecutor
from tests.server import MAIN


def lab_of(app: AppTest) -> LabRuns:
    return Lab(home(), app.session_state["lab_id"]).runs


def run_until(app: AppTest, condition: Callable[[], bool], seconds: float = 120) -> None:
    """Run the page again and again, as a browser does by itself."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)
        app.run()


def test_an_empty_lab_invites(open_page: OpenPage) -> None:
    app = open_page("train")
    assert any("Press Train" in each.value for each in app.main.markdown)
    assert not app.button(key="train").disabled
    assert any("No run yet" in caption.value for caption in app.caption)
    assert list(lab_of(app)) == []


def test_train_and_stop(open_page: OpenPage) -> None:
    app = open_page("train")
    app.button(key="train").click().run()
    assert not app.exception
    (run,) = list(lab_of(app))
    assert run.experiment == PRESETS["fast"]
    run_until(app, lambda: run.history().step > 0)
    app.button(key="stop").click().run()
    run_until(app, lambda: run.state is RunState.STOPPED)
    app.run()
    assert not app.button(key="train").disabled
    assert "Stopped after" in app.progress[0].text
    assert run.model_path.exists()


def test_pause_step_another_rate_and_train_more(open_page: OpenPage) -> None:
    app = open_page("train")
    app.session_state["experiment"] = dataclasses.replace(
        PRESETS["codelab"], training=dataclasses.replace(PRESETS["codelab"].training, batch_size=16, epochs=3)
    )
    app.run()
    app.button(key="train").click().run()
    (run,) = list(lab_of(app))
    run_until(app, lambda: run.state is RunState.TRAINING and run.history().step > 0)

    app.button(key="pause").click().run()
    assert "Paused in epoch" in app.progress[0].text
    run_until(app, lambda: run.state is RunState.PAUSED)
    stood = run.history().step
    app.button(key="step_batch").click().run()
    run_until(app, lambda: run.history().step == stood + 1)
    assert "Paused in epoch" in app.progress[0].text

    rate = app.number_input(key=f"rate_{run.id}")
    assert rate.value == 0.001
    rate.set_value(0.0005).run()
    run_until(app, lambda: len(run.history().rates["step"]) == 1)
    assert run.history().rates["learning_rate"].tolist() == [0.0005]
    assert run.history().rates["step"].tolist() == [stood + 1]

    app.button(key="step_epoch").click().run()
    run_until(app, lambda: run.state is RunState.PAUSED and len(run.history().epochs["epoch"]) == 1)
    app.button(key="stop").click().run()
    run_until(app, lambda: run.state is RunState.STOPPED)

    app.run()
    assert app.number_input(key=f"more_rate_{run.id}").value == 0.0005
    app.button(key="train_more").click().run()
    run_until(app, lambda: run.state is RunState.FINISHED)
    assert run.history().epochs["epoch"].tolist() == [1, 2, 3]
    assert len(list(lab_of(app))) == 1
    app.run()
    # The run has reached its end, so more epochs must be asked for.
    assert app.number_input(key=f"more_epochs_{run.id}").value == 3


def test_a_diverged_run_is_resumed_at_a_smaller_rate(open_page: OpenPage, home: Path, executor: FakeExecutor) -> None:
    run = Lab(home, LAB).runs.create(PRESETS["codelab"])
    run.mark(RunState.FAILED, StopReason(code=StopCode.DIVERGED, batch=3))
    app = open_page("train", LAB)
    assert any(
        "the beginning of epoch 1 of 10, before the loss stopped being a number" in said.value for said in app.markdown
    )
    assert app.number_input(key=f"more_rate_{run.id}").value == 0.0001
    app.button(key="train_more").click().run()
    training = executor.next()
    assert (training.run.id, training.continuation) == (run.id, Continuation(learning_rate=0.0001))

    # A run that failed for another reason is resumed without a smaller rate.
    training.end(RunState.FAILED, StopReason.of_exit_code(1))
    run_until(app, lambda: not server.jobs().is_active(run))
    app = open_page("train", LAB)
    assert any("as if it had never stopped" in said.value for said in app.markdown)
    assert app.number_input(key=f"more_rate_{run.id}").value == 0.001


def test_a_run_is_resumed_with_the_values_just_typed(
    open_page: OpenPage, trained_run: Run, executor: FakeExecutor
) -> None:
    app = open_page("train", LAB)
    # Both changes come in one message, as when a finger goes from the field to the button.
    app.number_input(key=f"more_epochs_{trained_run.id}").set_value(50)
    app.number_input(key=f"more_rate_{trained_run.id}").set_value(0.0005)
    app.button(key="train_more").click().run()
    assert not app.exception
    assert executor.next().continuation == Continuation(epochs=50, learning_rate=0.0005)


def test_going_back_to_a_shared_link_keeps_the_edited_copy(open_page: OpenPage) -> None:
    shared = PRESETS["tiny"].to_query()
    app = AppTest.from_file(str(MAIN), default_timeout=120)
    app.query_params["experiment"] = shared
    app.run()
    assert app.session_state["experiment"] == PRESETS["tiny"]
    assert "experiment" not in app.query_params
    app.session_state["experiment"] = changed = dataclasses.replace(PRESETS["tiny"], seed=5)
    app.query_params["experiment"] = shared
    app.run()
    assert app.session_state["experiment"] == changed
    # Another link opens another copy.
    app.query_params["experiment"] = PRESETS["dense"].to_query()
    app.run()
    assert app.session_state["experiment"] == PRESETS["dense"]


def test_the_text_of_a_shared_link_is_not_markdown(open_page: OpenPage) -> None:
    app = AppTest.from_file(str(MAIN), default_timeout=120)
    data = DataReference("[Sign in](https://evil.example)", "ab" * 32)
    app.query_params["experiment"] = dataclasses.replace(PRESETS["tiny"], data=data).to_query()
    app.run()
    (toast,) = app.toast
    assert toast.value.startswith(r"The data set \[Sign in\](https\:")
    assert app.session_state["experiment"].data.is_mnist


def test_a_finished_run_shows_its_figures(open_page: OpenPage, trained_run: Run) -> None:
    app = open_page("train", LAB)
    history = trained_run.history()
    figures = {metric.label: metric.value for metric in app.metric}
    assert figures["Training loss"] == f"{history.batches['loss'][-1]:.3f}"
    assert figures["Validation, final"] == f"{history.epochs['val_accuracy'][-1]:.1%}"
    best = int(history.epochs["val_accuracy"].argmax()) + 1
    assert figures[f"Best epoch {best}"] == f"{history.epochs['val_accuracy'].max():.1%}"
    assert "Finished: 2 epochs" in app.progress[0].text
    assert history.digits is not None
    labels_said = [caption.value for caption in app.caption if "of 20 right" in caption.value]
    assert len(labels_said) == 1
    assert len(app.get("arrow_vega_lite_chart")) + len(app.get("vega_lite_chart")) >= 2


def test_another_visitor_does_not_see_the_run(open_page: OpenPage, trained_run: Run) -> None:
    app = open_page("train")
    assert app.session_state["lab_id"] != LAB
    assert any("Press Train" in each.value for each in app.main.markdown)


def test_a_private_link_opens_its_lab_and_leaves_the_address(open_page: OpenPage) -> None:
    app = open_page("train", LAB)
    assert app.session_state["lab_id"] == LAB
    assert "lab" not in app.query_params
    other = open_page("train", "../../etc/passwd")
    assert is_lab_id(other.session_state["lab_id"])
    assert "lab" not in other.query_params
