"""One training job as the queue knows it: its run, its training once started, and the decision to preempt it."""

import dataclasses
import functools
from dataclasses import dataclass, field
from pathlib import Path

from mnist_demo.experiment import Experiment
from mnist_demo.jobs.estimate import estimate_seconds
from mnist_demo.jobs.executor import RunningTraining
from mnist_demo.jobs.limits import QueueLimits
from mnist_demo.runs import History, Run, RunState, StopCode, StopReason
from mnist_demo.training.continuation import Continuation
from mnist_demo.training.control import Command, CommandKind

STOP_PATIENCE = 60.0
"""Seconds after which a training that was asked to stop and has not ended is killed; a batch takes well below one."""


@dataclass(eq=False)
class Job:
    """A run that waits for its training or is trained. Not thread-safe, because the queue holds its lock.

    Attributes:
        run: The run, whose folder holds the experiment.
        data_path: The path of the data; None for the bundled MNIST.
        continuation: How a run that has ended continues; None for a new run.
        beside: The job that is trained at the same time, in the same slot; None for none.
        heartbeat: The time of the last heartbeat of its lab, by the queue's clock.
        contended_seconds: The seconds for which the job has had its slot while other labs waited.
        is_stopping: Whether the job was asked to stop.
        is_paused: Whether the job was asked to pause.
        is_preempted: Whether the job was asked to stop so that others can go first, after which it is queued again.
    """

    run: Run
    data_path: Path | None
    continuation: Continuation | None
    beside: "Job | None" = None
    heartbeat: float = 0.0
    contended_seconds: float = 0.0
    is_stopping: bool = False
    is_paused: bool = False
    is_preempted: bool = False
    _training: RunningTraining | None = None
    _commands: list[Command] = field(default_factory=list)
    _stop_asked: float = 0.0
    _inspected: float = 0.0
    _trained_since: float | None = None
    _paused_since: float | None = None

    @property
    def lab(self) -> str:
        """The id of the job's lab, in whose folder the run lies."""
        return self.run.folder.parent.name

    def take_slot(self, now: float) -> None:
        """Note that the job has a slot from now on."""
        self.heartbeat = self._inspected = now

    def begin(self, training: RunningTraining) -> None:
        """Note that the training has started, and pass on earlier commands, also to one that died at its start."""
        self._training = training
        for command in self._commands:
            training.send(command)

    def send(self, command: Command) -> None:
        """Send a command to the training, once the training has started."""
        self._commands.append(command)
        if self._training is not None:
            self._training.send(command)

    def stop(self, now: float, reason: StopReason | None = None) -> None:
        """Ask the training to end; further calls change nothing."""
        if not self.is_stopping:
            self.is_stopping, self._stop_asked = True, now
            self.send(Command(CommandKind.STOP, reason=reason))

    def is_stuck(self, now: float) -> bool:
        """Return whether the training was asked to stop long ago."""
        return self.is_stopping and now - self._stop_asked > STOP_PATIENCE

    def inspect(self, now: float, state: RunState, *, is_contended: bool) -> None:
        """Note the state of the training.

        Args:
            now: The time by the queue's clock.
            state: The state of the run.
            is_contended: Whether other labs wait.
        """
        if is_contended:
            self.contended_seconds += now - self._inspected
        self._inspected = now
        self._paused_since = _since(self._paused_since, now) if state is RunState.PAUSED else None
        # The time before the first batch does not count, because a job that is stopped before it would never progress.
        if state is RunState.TRAINING:
            self._trained_since = _since(self._trained_since, now)

    def let_others_go_first(self, now: float, limits: QueueLimits) -> None:
        """Stop the training when it has kept others waiting for long enough."""
        if self._paused_since is not None:
            # A paused job is not queued again, because a pause is meant to last.
            if now - self.heartbeat > limits.idle_timeout or now - self._paused_since > limits.pause_patience:
                self.stop(now, StopReason(code=StopCode.PAUSED_TOO_LONG))
        elif now - self.heartbeat > limits.idle_timeout:
            self._preempt(now, StopCode.PREEMPTED)
        elif self._trained_since is not None and now - self._trained_since > limits.time_slice:
            self._preempt(now, StopCode.TIME_SLICE)

    def _preempt(self, now: float, code: StopCode) -> None:
        self.is_preempted = True
        self.stop(now, StopReason(code=code))

    def expected_seconds(self, *, is_running: bool) -> float:
        """Return about how long the training takes from now on; 0 when its experiment cannot be read."""
        history = self.run.history()
        if is_running and history.seconds_left is not None:
            return history.seconds_left
        try:
            return estimate_seconds(self._left(history))
        except (OSError, ValueError):
            return 0.0

    @functools.cached_property
    def expected_before_start(self) -> float:
        """The expected seconds before the start; computed once, because a run that waits does not change."""
        return self.expected_seconds(is_running=False)

    def _left(self, history: History) -> Experiment:
        """Return the rest of the training as an experiment."""
        experiment = self.run.experiment
        if self.continuation is None or history.plan is None:
            return experiment
        epochs = history.plan.epochs - len(history.epochs["epoch"]) or self.continuation.epochs
        training = dataclasses.replace(experiment.training, epochs=max(1, epochs))
        return dataclasses.replace(experiment, training=training)


def _since(earlier: float | None, now: float) -> float:
    return now if earlier is None else earlier
