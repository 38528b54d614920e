"""The queue with an executor that trains nothing, and with a clock that only a test moves."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mnist_demo.experiment import Experiment
from mnist_demo.jobs import Executor, RunningTraining
from mnist_demo.jobs.jobs import Jobs
from mnist_demo.jobs.limits import QueueFullError, QueueLimits
from mnist_demo.runs import Lab, Run, RunState, StopCode, StopReason, new_lab_id
from mnist_demo.training import Continuation
from mnist_demo.training.control import CommandKind
from tests.jobs.fake_executor import Clock, FakeExecutor, learn
from tests.jobs.test_jobs import long, wait_for

SLICE = 60.0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def executor() -> Iterator[FakeExecutor]:
    fake = FakeExecutor()
    yield fake
    fake.close()


@pytest.fixture
def jobs(executor: FakeExecutor, clock: Clock) -> Jobs:
    limits = QueueLimits(time_slice=SLICE, idle_timeout=10_000, max_per_lab=3, max_waiting=5)
    return Jobs(executor, slots=1, limits=limits, clock=clock)


@pytest.fixture
def labs(tmp_path: Path) -> list[Lab]:
    return [Lab(tmp_path, new_lab_id()) for _ in range(8)]


def reasons(run: Run) -> list[tuple[str, str | None]]:
    """Return the states of a run in order, with the code of the reason of each."""
    return [(event["state"], event.get("reason", {}).get("code")) for event in run.events() if event["kind"] == "state"]


def test_the_fake_and_the_protocols_agree(
    executor: FakeExecutor, labs: list[Lab], small_experiment: Experiment
) -> None:
    protocol: Executor = executor
    training: RunningTraining = protocol.start(labs[0].runs.create(small_experiment))
    assert training.wait(0.001) is None
    training.kill()
    assert training.wait(0.001) == -9


def test_a_long_job_lets_others_pass_and_is_queued_again(
    jobs: Jobs, executor: FakeExecutor, clock: Clock, labs: list[Lab], small_experiment: Experiment
) -> None:
    slow, short = (lab.runs.create(small_experiment) for lab in labs[:2])
    jobs.submit(slow)
    training = executor.next()
    learn(training, clock, 10 * SLICE)
    assert training.commands == []  # no other job waits
    jobs.submit(short)
    assert jobs.place(short) == 1
    training.tick()
    assert [command.kind for command in training.commands] == [CommandKind.STOP]

    of_short = executor.next()
    assert of_short.run.folder == short.folder
    assert (jobs.state(slow), jobs.place(slow)) == (RunState.QUEUED, 1)
    assert jobs.reason(slow) == StopReason(code=StopCode.TIME_SLICE)
    of_short.end(RunState.FINISHED)
    again = executor.next()
    assert (again.run.folder, again.continuation) == (slow.folder, Continuation())
    again.end(RunState.FINISHED)
    wait_for(lambda: not jobs.is_active(slow))
    assert reasons(slow) == [
        ("training", None),
        ("stopped", "time_slice"),
        ("queued", "time_slice"),
        ("finished", None),
    ]


def test_two_long_jobs_take_turns(
    jobs: Jobs, executor: FakeExecutor, clock: Clock, labs: list[Lab], small_experiment: Experiment
) -> None:
    runs = [lab.runs.create(small_experiment) for lab in labs[:2]]
    for run in runs:
        jobs.submit(run)
    served = []
    for _ in range(6):
        training = executor.next()
        served.append(runs.index(next(run for run in runs if run.folder == training.run.folder)))
        learn(training, clock, SLICE + 1)
    assert served == [0, 1, 0, 1, 0, 1]


def test_a_job_of_the_same_lab_waits_to_the_end(
    jobs: Jobs, executor: FakeExecutor, clock: Clock, labs: list[Lab], small_experiment: Experiment
) -> None:
    first, second = (labs[0].runs.create(small_experiment) for _ in range(2))
    jobs.submit(first)
    jobs.submit(second)
    training = executor.next()
    learn(training, clock, 10 * SLICE)
    assert training.commands == []


def test_a_stop_while_a_job_is_preempted_is_a_stop(
    jobs: Jobs, executor: FakeExecutor, clock: Clock, labs: list[Lab], small_experiment: Experiment
) -> None:
    slow, short = (lab.runs.create(small_experiment) for lab in labs[:2])
    jobs.submit(slow)
    jobs.submit(short)
    training = executor.next()
    training.stops_at_once = False
    learn(training, clock, SLICE + 1)
    jobs.stop(slow)
    training.end(RunState.STOPPED, training.commands[0].reason)
    executor.next()
    assert not jobs.is_active(slow)
    assert (jobs.state(slow), jobs.reason(slow)) == (RunState.STOPPED, None)


def test_a_run_that_was_preempted_when_the_server_ended_can_go_on(
    jobs: Jobs, executor: FakeExecutor, clock: Clock, labs: list[Lab], small_experiment: Experiment
) -> None:
    slow, short = (lab.runs.create(small_experiment) for lab in labs[:2])
    jobs.submit(slow)
    jobs.submit(short)
    learn(executor.next(), clock, SLICE + 1)
    executor.next()
    next_executor = FakeExecutor()
    next_server = Jobs(next_executor, slots=1)
    assert (next_server.state(slow), next_server.reason(slow)) == (RunState.FAILED, None)
    next_server.submit(slow, continuation=Continuation())
    assert next_executor.next().continuation == Continuation()
    next_executor.close()


def test_a_lab_that_has_trained_comes_before_labs_made_in_seconds(
    executor: FakeExecutor, clock: Clock, tmp_path: Path, small_experiment: Experiment
) -> None:
    jobs = Jobs(executor, slots=1, clock=clock)
    visitor, other, *made = (Lab(tmp_path, new_lab_id()).runs for _ in range(42))
    jobs.submit(visitor.create(small_experiment))
    learn(training := executor.next(), clock, 600)
    training.end(RunState.FINISHED)
    jobs.submit(other.create(small_experiment))
    executor.next()
    for runs in made:
        jobs.submit(runs.create(small_experiment))
    second = visitor.create(small_experiment)
    jobs.submit(second)
    assert jobs.place(second) == 1


def test_no_more_is_accepted_than_the_limits_allow(
    jobs: Jobs, executor: FakeExecutor, labs: list[Lab], small_experiment: Experiment
) -> None:
    for _ in range(3):
        jobs.check_accepts(labs[0].id)
        jobs.submit(labs[0].runs.create(small_experiment))
    executor.next()
    with pytest.raises(
        QueueFullError, match=r"^this lab has 3 of the 3 trainings under way that it may have; wait until "
    ):
        jobs.check_accepts(labs[0].id)
    for lab in labs[1:4]:
        jobs.check_accepts(lab.id)
        jobs.submit(lab.runs.create(small_experiment))
    with pytest.raises(QueueFullError, match=r"^5 trainings wait on this server already; try again in some minutes$"):
        jobs.check_accepts(labs[4].id)


def test_a_wait_is_at_most_a_slice_for_each_job_of_another_lab(
    jobs: Jobs, executor: FakeExecutor, labs: list[Lab], small_experiment: Experiment
) -> None:
    hours = long(small_experiment)
    runs = [lab.runs.create(hours) for lab in labs[:4]]
    for run in runs:
        jobs.submit(run)
    executor.next()
    assert [jobs.wait_seconds(run) for run in runs] == [None, SLICE, 2 * SLICE, 3 * SLICE]
    own = labs[0].runs.create(hours)
    jobs.submit(own)
    wait = jobs.wait_seconds(own)
    assert wait is not None
    assert wait > SLICE


@pytest.mark.parametrize("recovers", [True, False])
def test_a_training_that_dies_before_it_begins_is_tried_once_more(
    jobs: Jobs, executor: FakeExecutor, labs: list[Lab], small_experiment: Experiment, recovers: bool
) -> None:
    run = labs[0].runs.create(small_experiment)
    jobs.submit(run)
    first = executor.next()
    jobs.pause(run)
    first.kill()
    second = executor.next()
    assert second.run.folder == run.folder
    wait_for(lambda: [command.kind for command in second.commands] == [CommandKind.PAUSE])
    second.end(RunState.FINISHED if recovers else None, exit_code=0 if recovers else -9)
    wait_for(lambda: not jobs.is_active(run))
    assert reasons(run) == [("queued", "killed"), ("finished", None) if recovers else ("failed", "killed")]
    assert len(executor.started) == 2


def test_a_training_that_dies_later_is_not_tried_again(
    jobs: Jobs, executor: FakeExecutor, labs: list[Lab], small_experiment: Experiment
) -> None:
    run = labs[0].runs.create(small_experiment)
    jobs.submit(run)
    training = executor.next()
    run.mark(RunState.STARTING)
    training.kill()
    wait_for(lambda: not jobs.is_active(run))
    assert reasons(run) == [("starting", None), ("failed", "killed")]
    assert len(executor.started) == 1


def test_a_training_that_cannot_be_followed_is_killed_and_fails_its_run(
    jobs: Jobs, executor: FakeExecutor, labs: list[Lab], small_experiment: Experiment
) -> None:
    run, behind = (labs[0].runs.create(small_experiment) for _ in range(2))
    jobs.submit(run)
    jobs.submit(behind)
    training = executor.next()
    training.fault = ConnectionError("the cluster does not answer")
    training.wake()
    assert executor.next().run.folder == behind.folder
    assert run.state is RunState.FAILED
    assert run.reason == StopReason.of_error(training.fault)
    assert training.is_killed


def test_two_jobs_that_are_submitted_together_train_at_once_in_one_slot(
    jobs: Jobs, executor: FakeExecutor, labs: list[Lab], small_experiment: Experiment
) -> None:
    before, third = (lab.runs.create(small_experiment) for lab in labs[:2])
    one, other = (labs[2].runs.create(small_experiment) for _ in range(2))
    jobs.submit(before)
    ahead = executor.next()
    jobs.submit_together(one, other)
    # Neither of the two waits for the other.
    assert (jobs.place(one), jobs.place(other)) == (1, 1)
    ahead.end(RunState.FINISHED)
    duel = [executor.next(), executor.next()]
    assert {training.run.folder for training in duel} == {one.folder, other.folder}
    assert (jobs.place(one), jobs.place(other)) == (0, 0)
    jobs.submit(third)
    assert jobs.place(third) == 2
    # The slot is free when both have ended.
    duel[0].end(RunState.FINISHED)
    wait_for(lambda: jobs.place(third) == 1)
    assert len(executor.started) == 3
    duel[1].end(RunState.FINISHED)
    assert executor.next().run.folder == third.folder


def test_one_of_two_that_wait_together_can_be_stopped(
    jobs: Jobs, executor: FakeExecutor, labs: list[Lab], small_experiment: Experiment
) -> None:
    before = labs[0].runs.create(small_experiment)
    one, other = (labs[1].runs.create(small_experiment) for _ in range(2))
    jobs.submit(before)
    ahead = executor.next()
    jobs.submit_together(one, other)
    jobs.stop(one)
    assert (jobs.state(one), jobs.place(other)) == (RunState.STOPPED, 1)
    ahead.end(RunState.FINISHED)
    training = executor.next()
    assert training.run.folder == other.folder
    training.end(RunState.FINISHED)
    wait_for(lambda: not jobs.is_active(other))


def test_two_that_train_together_let_others_pass_and_go_on(
    jobs: Jobs, executor: FakeExecutor, clock: Clock, labs: list[Lab], small_experiment: Experiment
) -> None:
    one, other = (labs[0].runs.create(small_experiment) for _ in range(2))
    short = labs[1].runs.create(small_experiment)
    jobs.submit_together(one, other)
    duel = [executor.next(), executor.next()]
    for training in duel:
        learn(training, clock, 2 * SLICE)
    jobs.submit(short)
    duel[0].tick()
    wait_for(lambda: duel[0].run.state is RunState.QUEUED)
    duel[1].tick()
    of_short = executor.next()
    assert of_short.run.folder == short.folder
    of_short.end(RunState.FINISHED)
    for _ in duel:
        again = executor.next()
        assert again.continuation == Continuation()
        again.end(RunState.FINISHED)
    wait_for(lambda: not jobs.is_active(one) and not jobs.is_active(other))
