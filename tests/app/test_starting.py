"""A click that starts something: it counts when the page is left at once, counts once, and says why it could not."""

import errno

import pytest
import streamlit as st

from mnist_demo.app.session import trainings
from mnist_demo.app.widgets import layout
from mnist_demo.experiment import Experiment
from mnist_demo.jobs.jobs import Jobs
from mnist_demo.presets import PRESETS
from mnist_demo.runs import Lab, Run, home
from tests.app.conftest import LAB, OpenPage


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """The runs that were put into the queue, where they wait for ever."""
    runs: list[Run] = []
    monkeypatch.setattr(Jobs, "submit", lambda self, run, *rest: runs.append(run))
    monkeypatch.setattr(Jobs, "state", lambda self, run: run.state)
    return runs


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
    open_page: OpenPage, queued: list[Run], monkeypatch: pytest.MonkeyPatch, page: str, key: str, names: list[str]
) -> None:
    app = open_page(page, LAB)
    button = app.button(key=key).click()
    # The next click of a visitor ends a run of the script at its next element; here it ends at the first.
    monkeypatch.setattr(layout, "header", lambda *said: st.stop())
    button.run()
    assert [run.experiment.name for run in queued] == names
    assert len(Lab(home(), LAB).runs) == len(names)


def test_the_second_of_two_clicks_does_nothing(open_page: OpenPage, queued: list[Run]) -> None:
    app = open_page("train")
    # The same button twice, as a browser sends it that has not been shown the first answer yet.
    button = app.button(key="train")
    button.click().run()
    button.click().run()
    assert len(queued) == 1


def test_what_stands_against_it_is_said_and_the_next_click_works(
    open_page: OpenPage, queued: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
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
    assert not queued
    app.button(key="train").click().run()
    assert not app.error
    assert [run.experiment for run in queued] == [PRESETS["fast"]]
