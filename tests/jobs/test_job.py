"""A job by itself: how long it will take, and when it lets others go first. Processes are in test_jobs.py."""

import dataclasses
import multiprocessing
import time
from pathlib import Path

import pytest

from mnist_demo.experiment import Experiment
from mnist_demo.jobs.estimate import estimate_seconds
from mnist_demo.jobs.job import Job
from mnist_demo.runs import EventKind, EventWriter, RunState, StopCode, StopReason, create_run
from mnist_demo.training import Continuation
from mnist_demo.training.control import CommandKind, Control


@pytest.fixture
def job(tmp_path: Path, small_experiment: Experiment) -> Job:
    """A run that was interrupted after 3 of 8 epochs and is to go on."""
    training = dataclasses.replace(small_experiment.training, epochs=8)
    run = create_run(tmp_path / "lab" / "run", dataclasses.replace(small_experiment, training=training))
    figures = {"loss": 1.0, "accuracy": 0.5, "val_loss": 1.0, "val_accuracy": 0.5}
    with EventWriter(run.events_path) as writer:
        writer.write(EventKind.PLAN, epochs=8, steps_per_epoch=5, images_per_epoch=500, parameters=7)
        for epoch in (1, 2, 3):
            writer.write(EventKind.EPOCH, epoch=epoch, step=5 * epoch, images=500 * epoch, seconds=1.0, **figures)
    return Job(run, None, Continuation())


def told(job: Job) -> tuple[CommandKind, StopReason | None] | None:
    command = Control(receiver=job.receiver).receive()
    return (command.kind, command.reason) if command else None


def expected(job: Job, epochs: int) -> float:
    experiment = job.run.experiment
    return estimate_seconds(
        dataclasses.replace(experiment, training=dataclasses.replace(experiment.training, epochs=epochs))
    )


def test_a_run_that_goes_on_is_expected_to_take_what_is_left_of_it(job: Job) -> None:
    assert job.expected_seconds(is_running=False) == expected(job, 5)
    job.continuation = None
    assert job.expected_seconds(is_running=False) == expected(job, 8)


def test_what_cannot_be_read_is_expected_to_take_no_time(job: Job) -> None:
    (job.run.folder / "experiment.json").write_bytes(b"{")
    assert job.expected_seconds(is_running=False) == 0.0


def test_what_was_said_before_another_process_is_spoken_to_is_said_to_that_one(job: Job) -> None:
    receiver, sender = multiprocessing.Pipe(duplex=False)
    job.control.pause()
    job.control.set_learning_rate(0.5)
    assert job.speak_to(sender)
    job.stop()
    heard = Control(receiver=receiver)
    commands = [heard.receive() for _ in range(4)]
    assert [command and command.kind for command in commands] == [
        CommandKind.PAUSE,
        CommandKind.LEARNING_RATE,
        CommandKind.STOP,
        None,
    ]


def test_what_cannot_be_said_to_one_that_has_gone_waits_for_the_next(job: Job) -> None:
    receiver, sender = multiprocessing.Pipe(duplex=False)
    receiver.close()
    job.control.pause()
    job.stop()
    assert not job.speak_to(sender)
    heard = Control(receiver=job.receiver)
    assert [command and command.kind for command in (heard.receive(), heard.receive())] == [
        CommandKind.PAUSE,
        CommandKind.STOP,
    ]


@pytest.mark.parametrize(
    ("paused", "unseen", "patience", "reason", "comes_back"),
    [
        (False, 0.0, 60.0, None, False),
        (False, 120.0, 60.0, StopCode.PREEMPTED, True),
        (True, 0.0, 60.0, None, False),
        (True, 120.0, 60.0, StopCode.PAUSED_TOO_LONG, False),
        (True, 0.0, -1.0, StopCode.PAUSED_TOO_LONG, False),
        (False, 0.0, -1.0, None, False),
    ],
)
def test_others_go_first_when_nobody_looks_or_it_stands_still(
    job: Job, paused: bool, unseen: float, patience: float, reason: StopCode | None, comes_back: bool
) -> None:
    job.run.mark(RunState.PAUSED if paused else RunState.TRAINING)
    job.looked = time.monotonic() - unseen
    job.note_pause()
    job.let_others_go_first(attention=60.0, pause_patience=patience)
    assert told(job) == ((CommandKind.STOP, StopReason(code=reason)) if reason else None)
    assert (job.is_stopping, job.gives_way) == (reason is not None, comes_back)
    assert not job.is_stuck
