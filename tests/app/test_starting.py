"""A click on a start button counts when the page is left at once, counts once, and shows why a start failed."""

import errno

import pytest
import streamlit as st

from mnist_demo.app.session import server, trainings
from mnist_demo.app.widgets import layout
from mnist_demo.experiment import Experiment
from mnist_demo.jobs.jobs import Jobs
from mnist_demo.jobs.limits import QueueLimits
from mnist_demo.presets import PRESETS
from mnist_demo.runs import Lab, Run, home
from tests.app.conftest import LAB, OpenPage
from tests.jobs.fake_executor import Clock, FakeExecutor, learn

pytestmark = pytest.mark.usefixtures("executor")


def queued(lab: str) -> list[Run]:
    """Return the queued runs of a lab, in the order of the queue."""
    # The lab's runs are newest first.
    runs = [run for run in reversed(list(Lab(home(), lab).runs)) if server.jobs().is_active(run)]
    return sorted(runs, key=lambda run: server.jobs().place(run) or 0)


@pytest.mark.parametrize(
    ("page", "key", "names"),
    [
        ("train", "train", ["fast"]),
        ("evaluate", "train_fast", ["fast"]),
        ("runs", "train_fast", ["fast"]),
        ("runs", "runs_duel", ["codelab", "dense"]),
    ],
)
def test_a_click_counts_when_the_page_is_left_before_it_is_drawn(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, page: str, key: str, names: list[str]
) -> None:
    app = open_page(page, LAB)
    button = app.button(key=key).click()
    # A visitor's next click ends a run of the script at its next element; here the run ends at the first element.
    monkeypatch.setattr(layout, "header", lambda *said: st.stop())
    button.run()
    assert [run.experiment.name for run in queued(LAB)] == names


def test_the_second_of_two_clicks_does_nothing(open_page: OpenPage) -> None:
    app = open_page("train")
    # The button is pressed twice, as a browser sends presses before it has shown the first answer.
    button = app.button(key="train")
    button.click().run()
    button.click().run()
    assert len(queued(app.session_state["lab_id"])) == 1


def test_a_refusal_is_shown_and_the_next_click_works(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page("train")
    full = OSError(errno.ENOSPC, "No space left on device")

    def refuse(wanted: Experiment) -> Run:
        raise full

    with monkeypatch.context() as patch:
        patch.setattr(trainings, "start_training", refuse)
        app.button(key="train").click().run()
    assert [error.value for error in app.error] == [
        "The run could not be created: the disk is full. Nothing was lost; try again."
    ]
    assert not queued(app.session_state["lab_id"])
    app.button(key="train").click().run()
    assert not app.error
    assert [run.experiment for run in queued(app.session_state["lab_id"])] == [PRESETS["fast"]]


def test_a_full_queue_is_said_before_a_run_is_created(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "Jobs", lambda executor: Jobs(executor, slots=1, limits=QueueLimits(max_per_lab=1)))
    app = open_page("runs", LAB)
    app.button(key="runs_duel").click().run()
    assert [error.value for error in app.error] == [
        "The runs could not be created: this lab has 0 of the 1 trainings under way that it may have; "
        "wait until one ends, or stop one."
    ]
    assert not len(Lab(home(), LAB).runs)
    assert not queued(LAB)


def test_a_run_whose_time_slice_is_over_waits_and_says_why(
    open_page: OpenPage, executor: FakeExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr(server, "Jobs", lambda executor: Jobs(executor, slots=1, clock=clock))
    app = open_page("train", LAB)
    app.button(key="train").click().run()
    training = executor.next()
    server.jobs().submit(Lab(home(), "another-lab-0123456789").runs.create(PRESETS["fast"]))
    learn(training, clock, 100)
    executor.next()
    app.run()
    said = str(app.get("progress")[0].text)
    assert "Waiting: 1 ahead of you" in said
    assert said.endswith(". Paused while others have their turn; it goes on by itself.")
