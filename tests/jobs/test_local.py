"""Trainings in processes of this machine: a prewarmed one trains the next run, and nobody is left behind."""

import multiprocessing
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from mnist_demo.experiment import Experiment
from mnist_demo.jobs.local import LocalExecutor, LocalTraining
from mnist_demo.runs import Lab, LabRuns, RunState, new_lab_id
from tests.jobs.fake_executor import PATIENCE


@pytest.fixture
def lab_runs(tmp_path: Path) -> LabRuns:
    return Lab(tmp_path, new_lab_id()).runs


@pytest.fixture
def before() -> set[int]:
    """The worker processes of other tests."""
    return children()


@pytest.fixture
def executor(before: set[int]) -> LocalExecutor:
    """An executor with a prewarmed process that is ready."""
    executor = LocalExecutor()
    executor.prewarm()
    wait_until(lambda: executor._prewarmed is not None and executor._prewarmed.is_ready)
    return executor


def children() -> set[int]:
    """Return the ids of the living worker processes."""
    return {process.pid for process in multiprocessing.active_children() if process.pid is not None}


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def finish(training: LocalTraining) -> None:
    assert training.wait(PATIENCE) == 0


def test_a_prewarmed_process_trains_the_next_run_as_any_other(
    executor: LocalExecutor, before: set[int], lab_runs: LabRuns, small_experiment: Experiment
) -> None:
    ready = children() - before
    prewarmed, fresh = lab_runs.create(small_experiment), lab_runs.create(small_experiment)
    first = executor.start(prewarmed)
    assert children() - before == ready
    finish(LocalExecutor().start(fresh))
    finish(first)
    assert prewarmed.state is fresh.state is RunState.FINISHED
    # What the process trained before leaves no trace in the losses.
    assert prewarmed.history().epochs["loss"].tolist() == fresh.history().epochs["loss"].tolist()
    # Another process is prewarmed for the next run.
    (next_one,) = children() - before
    assert {next_one} != ready


def test_a_prewarmed_process_that_died_or_still_rehearses_is_replaced(
    executor: LocalExecutor, before: set[int], lab_runs: LabRuns, small_experiment: Experiment
) -> None:
    (ready,) = children() - before
    psutil.Process(ready).kill()
    wait_until(lambda: ready not in children())
    for _ in range(2):
        run = lab_runs.create(small_experiment)
        finish(executor.start(run))
        assert run.state is RunState.FINISHED


def test_no_process_outlives_its_executor(executor: LocalExecutor, before: set[int]) -> None:
    ready = children() - before
    assert ready
    executor._prewarmed = None
    wait_until(lambda: not ready & children())


def test_an_executor_that_is_not_asked_to_prewarms_nothing(
    before: set[int], lab_runs: LabRuns, small_experiment: Experiment
) -> None:
    finish(LocalExecutor().start(lab_runs.create(small_experiment)))
    assert children() <= before
