"""The queue with real processes: order, places, stopping, and a worker that dies."""

import dataclasses
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mnist_demo.data import load_mnist
from mnist_demo.experiment import Experiment
from mnist_demo.jobs.jobs import Jobs
from mnist_demo.jobs.local import LocalExecutor
from mnist_demo.runs import Lab, LabRuns, Run, RunState, StopCode, StopReason, new_lab_id
from mnist_demo.training import Continuation


@pytest.fixture(scope="module")
def jobs() -> Jobs:
    return Jobs(LocalExecutor())


@pytest.fixture
def lab_runs(tmp_path: Path) -> LabRuns:
    return Lab(tmp_path, new_lab_id()).runs


def wait_for(condition: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)


def long(experiment: Experiment) -> Experiment:
    """Return an experiment whose training takes far longer than any test waits."""
    training = dataclasses.replace(experiment.training, epochs=100, train_images=55_000, batch_size=8)
    return dataclasses.replace(experiment, training=training)


def process_of(run: Run) -> int:
    """Return the id of the process that trains a run, which has the run's events file open."""
    path = str(run.events_path.resolve())
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if any(os.fspath(link.readlink()) == path for link in (folder / "fd").iterdir()):
                return int(folder.name)
        except OSError:
            continue
    raise AssertionError("no process has the events file open")


def test_jobs_are_trained_one_after_the_other_and_see_their_place(
    jobs: Jobs, lab_runs: LabRuns, small_experiment: Experiment
) -> None:
    first = lab_runs.create(long(small_experiment))
    second, third = (lab_runs.create(small_experiment) for _ in range(2))
    for run in (first, second, third):
        jobs.submit(run)
    wait_for(lambda: first.history().step > 0)
    assert [jobs.place(run) for run in (first, second, third)] == [0, 1, 2]
    assert second.state is RunState.QUEUED

    jobs.stop(first)
    assert jobs.state(first) is RunState.STOPPING
    wait_for(lambda: first.state is RunState.STOPPED)
    wait_for(lambda: not jobs.is_active(third))
    assert third.state is RunState.FINISHED
    assert [jobs.place(run) for run in (first, second, third)] == [None, None, None]
    second_end = [event["time"] for event in second.events() if event.get("state") == "finished"]
    third_start = [event["time"] for event in third.events() if event.get("state") == "starting"]
    assert second_end[0] <= third_start[0]


def test_a_waiting_job_stops_at_once(jobs: Jobs, lab_runs: LabRuns, small_experiment: Experiment) -> None:
    first, second = lab_runs.create(long(small_experiment)), lab_runs.create(small_experiment)
    jobs.submit(first)
    jobs.submit(second)
    jobs.stop(second)
    assert second.state is RunState.STOPPED
    assert not jobs.is_active(second)
    jobs.stop(first)
    wait_for(lambda: not jobs.is_active(first))


def test_a_run_that_an_earlier_server_left_is_over(jobs: Jobs, lab_runs: LabRuns, small_experiment: Experiment) -> None:
    run = lab_runs.create(small_experiment)
    run.mark(RunState.TRAINING)
    assert jobs.state(run) is RunState.FAILED
    # The reason that the earlier server gave is not the reason for which the run failed.
    run.mark(RunState.QUEUED, StopReason(code=StopCode.PREEMPTED))
    assert jobs.state(run) is RunState.FAILED
    assert jobs.reason(run) is None
    run.mark(RunState.STOPPED, StopReason(code=StopCode.NEVER_BEGAN))
    assert jobs.state(run) is RunState.STOPPED
    assert jobs.reason(run) == StopReason(code=StopCode.NEVER_BEGAN)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds the process through /proc, which is Linux's")
def test_a_worker_that_dies_leaves_a_reason_and_its_finished_epochs(
    jobs: Jobs, lab_runs: LabRuns, small_experiment: Experiment
) -> None:
    run = lab_runs.create(
        dataclasses.replace(small_experiment, training=dataclasses.replace(small_experiment.training, epochs=100))
    )
    jobs.submit(run)
    wait_for(lambda: len(run.history().epochs["epoch"]) >= 2)
    os.kill(process_of(run), signal.SIGKILL)
    wait_for(lambda: not jobs.is_active(run))
    assert run.state is RunState.FAILED
    assert run.reason is not None
    assert run.reason == StopReason.of_exit_code(-signal.SIGKILL)
    assert len(run.snapshots) >= 3


def test_the_reason_why_a_training_cannot_begin_is_told(
    jobs: Jobs, lab_runs: LabRuns, small_experiment: Experiment
) -> None:
    run, damaged = lab_runs.create(small_experiment), lab_runs.create(small_experiment)
    jobs.submit(run)
    wait_for(lambda: not jobs.is_active(run))
    jobs.submit(run, continuation=Continuation())
    (damaged.folder / "data.npz").write_bytes(b"no data")
    jobs.submit(damaged, damaged.own_data_path)
    wait_for(lambda: not jobs.is_active(damaged))
    # Nothing is left to train, so a finished run stays finished.
    assert (run.state, run.reason) == (RunState.FINISHED, None)
    assert damaged.state is RunState.FAILED
    assert damaged.reason is not None
    assert (damaged.reason.text or "").startswith("'data.npz' cannot be read")


def test_a_worker_has_the_same_losses_as_this_process(
    jobs: Jobs, lab_runs: LabRuns, small_experiment: Experiment, tmp_path: Path
) -> None:
    from mnist_demo.training import train

    run = lab_runs.create(small_experiment)
    jobs.submit(run)
    wait_for(lambda: run.state is RunState.FINISHED)
    here = train(small_experiment, load_mnist(), tmp_path / "here")
    assert run.history().batches["loss"].tolist() == here.history().batches["loss"].tolist()
