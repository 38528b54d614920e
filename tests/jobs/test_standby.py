"""A process that stands by: it trains what it was made ready for, to the same losses, and goes when unwanted."""

import dataclasses
import multiprocessing.connection
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from mnist_demo.experiment import Experiment
from mnist_demo.jobs.jobs import Jobs
from mnist_demo.jobs.standby import Recruit, Standby, _stand_by, _Standing, _Wish, _work
from mnist_demo.processes import worker_context
from mnist_demo.runs import Lab, LabRuns, RunState, new_lab_id
from tests.jobs.test_jobs import long, process_of, wait_for

LAB = "lab"


@pytest.fixture
def lab_runs(tmp_path: Path) -> LabRuns:
    return Lab(tmp_path, new_lab_id()).runs


@pytest.fixture
def standing() -> Iterator[Callable[[], list[int]]]:
    """The worker processes that a test has begun and that are still there."""
    before = set(_workers())
    yield lambda: [each for each in _workers() if each not in before]
    wait_for(lambda: set(_workers()) <= before)


def _workers() -> list[int]:
    """The processes below this one's fork server."""
    return [
        each.pid
        for child in psutil.Process().children()
        for each in child.children()
        if each.is_running() and each.status() != psutil.STATUS_ZOMBIE
    ]


def other(experiment: Experiment) -> Experiment:
    return dataclasses.replace(experiment, seed=experiment.seed + 1)


def test_what_stood_by_trains_to_the_same_losses(
    lab_runs: LabRuns, small_experiment: Experiment, standing: Callable[[], list[int]]
) -> None:
    jobs = Jobs()
    alone = lab_runs.create(small_experiment)
    jobs.submit(alone)
    wait_for(lambda: not jobs.is_active(alone))

    jobs.prepare(LAB, small_experiment)
    wait_for(lambda: len(standing()) == 1)
    (process,) = standing()
    run = lab_runs.create(dataclasses.replace(small_experiment, name="called otherwise"))
    trained_by: list[int] = []
    jobs.submit(run)

    def is_over() -> bool:
        trained_by.extend(standing())
        return not jobs.is_active(run)

    wait_for(is_over)
    assert set(trained_by) == {process}
    assert run.state is RunState.FINISHED
    for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
        np.testing.assert_array_equal(run.history().epochs[name], alone.history().epochs[name])
    np.testing.assert_array_equal(run.history().batches["loss"], alone.history().batches["loss"])


def test_a_training_of_something_else_sends_it_away(
    lab_runs: LabRuns, small_experiment: Experiment, standing: Callable[[], list[int]]
) -> None:
    jobs = Jobs()
    jobs.prepare(LAB, other(small_experiment))
    wait_for(lambda: len(standing()) == 1)
    (process,) = standing()
    run = lab_runs.create(small_experiment)
    jobs.submit(run)
    wait_for(lambda: run.history().step > 0)
    assert not psutil.pid_exists(process)
    wait_for(lambda: not jobs.is_active(run))
    assert run.state is RunState.FINISHED


def test_nobody_stands_by_while_another_training_has_the_slot(
    lab_runs: LabRuns, small_experiment: Experiment, standing: Callable[[], list[int]]
) -> None:
    jobs = Jobs(slots=1)
    run = lab_runs.create(long(small_experiment))
    jobs.submit(run)
    wait_for(lambda: run.history().step > 0)
    jobs.prepare(LAB, small_experiment)
    begun = run.history().step
    wait_for(lambda: run.history().step > begun)
    assert standing() == [process_of(run)]
    jobs.stop(run)
    wait_for(lambda: not jobs.is_active(run))


def test_one_that_died_is_replaced(
    lab_runs: LabRuns, small_experiment: Experiment, standing: Callable[[], list[int]]
) -> None:
    jobs = Jobs()
    jobs.prepare(LAB, small_experiment)
    wait_for(lambda: len(standing()) == 1)
    (process,) = standing()
    os.kill(process, 9)
    wait_for(lambda: not standing())
    run = lab_runs.create(small_experiment)
    jobs.submit(run)
    wait_for(lambda: not jobs.is_active(run))
    assert run.state is RunState.FINISHED


def test_one_that_dies_when_it_is_given_a_run_is_of_no_use(lab_runs: LabRuns, small_experiment: Experiment) -> None:
    context = worker_context()
    line, its_end = context.Pipe()
    # It wakes up when the run's folder comes over the line, and ends.
    process = context.Process(target=multiprocessing.connection.wait, args=([its_end],))  # type: ignore[attr-defined]
    process.start()
    its_end.close()
    standby = Standby(context)
    standby._standing = _Standing(_Wish(LAB, _work(small_experiment), small_experiment, None), Recruit(process, line))
    assert standby.take(lab_runs.create(small_experiment), None) is None
    assert standby._standing is None


def test_it_goes_when_nobody_has_wanted_it_for_a_while(
    small_experiment: Experiment, standing: Callable[[], list[int]]
) -> None:
    standby = Standby(worker_context(), delay=0, patience=0.5)
    standby.want(LAB, small_experiment, None)
    wait_for(lambda: len(standing()) == 1)
    wait_for(lambda: not standing())


def test_its_own_lab_may_want_something_else_and_another_not_at_once(
    lab_runs: LabRuns, small_experiment: Experiment, standing: Callable[[], list[int]]
) -> None:
    standby = Standby(worker_context(), delay=0)
    standby.want(LAB, small_experiment, None)
    wait_for(lambda: len(standing()) == 1)
    (first,) = standing()
    standby.want("another", other(small_experiment), None)
    standby.want(LAB, small_experiment, None)
    assert standing() == [first]
    standby.want(LAB, other(small_experiment), None)
    wait_for(lambda: len(standing()) == 1 and standing() != [first])
    assert standby.take(lab_runs.create(small_experiment), None) is None
    wait_for(lambda: not standing())


def test_it_ends_with_the_server(small_experiment: Experiment, standing: Callable[[], list[int]]) -> None:
    """The line is closed: by the operating system, when the server was killed."""
    context = worker_context()
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_stand_by, args=(small_experiment, None, receiver))  # type: ignore[attr-defined]
    process.start()
    receiver.close()
    wait_for(lambda: len(standing()) == 1)
    sender.close()
    process.join(60)
    assert process.exitcode == 0


def test_data_that_is_gone_keeps_nobody_standing(
    small_experiment: Experiment, tmp_path: Path, standing: Callable[[], list[int]]
) -> None:
    standby = Standby(worker_context(), delay=0)
    standby.want(LAB, small_experiment, tmp_path / "gone.npz")
    wait_for(lambda: standby._standing is not None)
    assert standby._standing is not None
    process = standby._standing.recruit.process
    process.join(120)
    assert process.exitcode == 0
    assert not standing()
