"""A single job: its expected time, and when it lets others go first. The tests of the queue are in test_jobs.py."""

import dataclasses
from pathlib import Path

import pytest

from mnist_demo.experiment import Experiment
from mnist_demo.jobs.estimate import estimate_seconds
from mnist_demo.jobs.job import STOP_PATIENCE, Job
from mnist_demo.jobs.limits import QueueLimits
from mnist_demo.runs import EventKind, EventWriter, RunState, StopCode, StopReason, create_run
from mnist_demo.training import Continuation
from mnist_demo.training.control import Command, CommandKind
from tests.jobs.fake_executor import FakeTraining


@pytest.fixture
def job(tmp_path: Path, small_experiment: Experiment) -> Job:
    """Return the job of a run that was interrupted after 3 of 8 epochs and is to be resumed."""
    training = dataclasses.replace(small_experiment.training, epochs=8)
    run = create_run(tmp_path / "lab" / "run", dataclasses.replace(small_experiment, training=training))
    figures = {"loss": 1.0, "accuracy": 0.5, "val_loss": 1.0, "val_accuracy": 0.5}
    with EventWriter(run.events_path) as writer:
        writer.write(EventKind.PLAN, epochs=8, steps_per_epoch=5, images_per_epoch=500, parameters=7)
        for epoch in (1, 2, 3):
            writer.write(EventKind.EPOCH, epoch=epoch, step=5 * epoch, images=500 * epoch, seconds=1.0, **figures)
    return Job(run, None, Continuation())


def expected(job: Job, epochs: int) -> float:
    experiment = job.run.experiment
    return estimate_seconds(
        dataclasses.replace(experiment, training=dataclasses.replace(experiment.training, epochs=epochs))
    )


def test_a_resumed_run_is_expected_to_take_the_time_of_its_rest(job: Job) -> None:
    assert job.expected_seconds(is_running=False) == expected(job, 5)
    job.continuation = None
    assert job.expected_seconds(is_running=False) == expected(job, 8)


def test_an_unreadable_run_is_expected_to_take_no_time(job: Job) -> None:
    (job.run.folder / "experiment.json").write_bytes(b"{")
    assert job.expected_seconds(is_running=False) == 0.0


def test_commands_given_before_the_start_are_sent_at_the_start(job: Job) -> None:
    job.send(Command(CommandKind.PAUSE))
    job.send(Command(CommandKind.LEARNING_RATE, value=0.5))
    training = FakeTraining(job.run)
    job.begin(training)
    job.stop(now=0.0)
    job.stop(now=1.0)
    kinds = [command.kind for command in training.commands]
    assert kinds == [CommandKind.PAUSE, CommandKind.LEARNING_RATE, CommandKind.STOP]


LIMITS = QueueLimits(idle_timeout=60, pause_patience=50, time_slice=100)


@pytest.mark.parametrize(
    ("state", "seconds", "unseen", "reason", "comes_back"),
    [
        (RunState.TRAINING, 100, 0, None, False),
        (RunState.TRAINING, 101, 0, StopCode.TIME_SLICE, True),
        (RunState.TRAINING, 1, 61, StopCode.PREEMPTED, True),
        (RunState.PAUSED, 50, 0, None, False),
        (RunState.PAUSED, 51, 0, StopCode.PAUSED_TOO_LONG, False),
        (RunState.PAUSED, 1, 61, StopCode.PAUSED_TOO_LONG, False),
        # The slice begins with the first batch, so that a job with a slow start is not stopped before it.
        (RunState.STARTING, 1_000, 0, None, False),
    ],
)
def test_others_go_first_after_a_slice_or_a_pause_or_without_a_heartbeat(
    job: Job, state: RunState, seconds: float, unseen: float, reason: StopCode | None, comes_back: bool
) -> None:
    training = FakeTraining(job.run)
    job.take_slot(0.0)
    job.begin(training)
    job.inspect(0.0, state, is_contended=False)
    job.inspect(seconds, state, is_contended=True)
    job.heartbeat = seconds - unseen
    job.let_others_go_first(seconds, LIMITS)
    assert training.commands == ([Command(CommandKind.STOP, reason=StopReason(code=reason))] if reason else [])
    assert (job.is_stopping, job.is_preempted) == (reason is not None, comes_back)
    assert job.contended_seconds == seconds
    assert not job.is_stuck(seconds + STOP_PATIENCE)
    assert job.is_stuck(seconds + STOP_PATIENCE + 1) == job.is_stopping
