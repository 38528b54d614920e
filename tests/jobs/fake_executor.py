"""An executor that trains nothing: a test decides what its trainings do, and when a second passes for them."""

import queue
from pathlib import Path

from mnist_demo.runs import Run, RunState, StopReason
from mnist_demo.training import Continuation
from mnist_demo.training.control import Command, CommandKind

PATIENCE = 60.0
"""Seconds after which a test that waits for the queue gives up."""


class FakeTraining:
    """A training that stops when asked to, and otherwise continues until a test ends it."""

    def __init__(self, run: Run, data_path: Path | None = None, continuation: Continuation | None = None) -> None:
        self.run, self.data_path, self.continuation = run, data_path, continuation
        self.commands: list[Command] = []
        self.stops_at_once = True
        self.fault: Exception | None = None
        self.is_killed = False
        self._exit_code: int | None = None
        self._ticks: queue.Queue[None] = queue.Queue()
        self._in_tick = False

    def send(self, command: Command) -> None:
        self.commands.append(command)
        if command.kind is CommandKind.STOP and self.stops_at_once:
            self.end(RunState.STOPPED, command.reason)

    def wait(self, seconds: float) -> int | None:
        if self._in_tick:
            self._ticks.task_done()
        try:
            self._ticks.get(timeout=seconds)
            self._in_tick = True
        except queue.Empty:
            self._in_tick = False
        # The queue does not inspect a training that has ended.
        while self._exit_code is not None and self._ticks.unfinished_tasks:
            self._ticks.task_done()
        if self.fault is not None:
            raise self.fault
        return self._exit_code

    def kill(self) -> None:
        self.is_killed = True
        self.end(None, exit_code=-9)

    def end(self, state: RunState | None, reason: StopReason | None = None, exit_code: int = 0) -> None:
        """End with a last event in the run's folder, or, like a killed process, without one."""
        if state is not None:
            self.run.mark(state, reason)
        self._exit_code = exit_code
        self.wake()

    def wake(self) -> None:
        """Let a wait for this training return."""
        self._ticks.put(None)

    def tick(self) -> None:
        """Have the queue inspect this training, and return when it has."""
        self._ticks.put(None)
        self._ticks.join()


class FakeExecutor:
    """Starts trainings that do nothing."""

    def __init__(self) -> None:
        self.started: list[FakeTraining] = []
        self._new: queue.Queue[FakeTraining] = queue.Queue()
        self.fault: Exception | None = None

    def start(self, run: Run, data_path: Path | None = None, continuation: Continuation | None = None) -> FakeTraining:
        if self.fault is not None:
            raise self.fault
        training = FakeTraining(run, data_path, continuation)
        self.started.append(training)
        self._new.put(training)
        return training

    def prewarm(self) -> None:
        """Do nothing: there is no process."""

    def close(self) -> None:
        """End all trainings, and start no more."""
        self.fault = RuntimeError("the test is over")
        for training in self.started:
            training.end(RunState.STOPPED)

    def next(self) -> FakeTraining:
        """Wait for the next start, and return its training."""
        return self._new.get(timeout=PATIENCE)


class Clock:
    """A clock that only a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def learn(training: FakeTraining, clock: Clock, seconds: float) -> None:
    """Let a training train for some seconds, by the queue's clock."""
    training.run.mark(RunState.TRAINING)
    training.tick()
    clock.now += seconds
    training.tick()
