"""One training job as the queue knows it: its run, the line to its process, and when it has to let others go first."""

import dataclasses
import multiprocessing
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from mnist_demo.experiment import Experiment
from mnist_demo.jobs.estimate import estimate_seconds
from mnist_demo.runs import History, Run, RunState, StopCode, StopReason
from mnist_demo.training.continuation import Continuation
from mnist_demo.training.control import Control

STOP_PATIENCE = 60.0
"""Seconds after which a process that was asked to stop and does not is ended; a batch takes well below one."""


@dataclass(eq=False)
class Job:
    """A run that waits for its training or is trained. Not for several threads at once: the queue holds its lock.

    Attributes:
        run: its folder holds the experiment.
        data_path: where its data lies; None for the bundled MNIST.
        continuation: how a run that has ended goes on; None for one that begins.
        looked: when somebody of its lab last looked, by the monotonic clock.
        receiver: the process's end of the line.
        control: the queue's end. Kept for as long as the process lives: a collected line is a closed one, and stops it.
        is_stopping: whether it was asked to stop.
        is_paused: whether it was asked to stand still.
        gives_way: whether it was asked to stop so that others can go first, and comes back by itself.
    """

    run: Run
    data_path: Path | None
    continuation: Continuation | None
    looked: float = field(default_factory=time.monotonic)
    receiver: Connection = field(init=False)
    control: Control = field(init=False)
    is_stopping: bool = False
    is_paused: bool = False
    gives_way: bool = False
    _stop_asked: float = 0.0
    _paused_since: float | None = None

    def __post_init__(self) -> None:
        self.receiver, sender = multiprocessing.Pipe(duplex=False)
        self.control = Control(sender=sender)

    @property
    def lab(self) -> str:
        """Whose job it is: a run lies in its lab's folder."""
        return self.run.folder.parent.name

    def speak_to(self, line: Connection) -> bool:
        """Another process than was expected trains it: what it has been told so far goes over that one's line.

        Returns:
            Whether that one could be told; if not, what was said waits for the next.
        """
        said = []
        while self.receiver.poll():
            said.append(self.receiver.recv_bytes())
        self.receiver.close()
        try:
            for message in said:
                line.send_bytes(message)
        except OSError:
            self.receiver, line = multiprocessing.Pipe(duplex=False)
            for message in said:
                line.send_bytes(message)
            return False
        finally:
            self.control = Control(sender=line)
        return True

    def stop(self, reason: StopReason | None = None) -> None:
        """Ask its process to end; once is enough."""
        if not self.is_stopping:
            self.is_stopping, self._stop_asked = True, time.monotonic()
            self.control.request_stop(reason)

    @property
    def is_stuck(self) -> bool:
        """Whether its process was asked to stop long ago."""
        return self.is_stopping and time.monotonic() - self._stop_asked > STOP_PATIENCE

    def note_pause(self) -> None:
        """Look whether it stands still, and since when."""
        is_paused = self.run.state is RunState.PAUSED
        self._paused_since = (self._paused_since or time.monotonic()) if is_paused else None

    def let_others_go_first(self, attention: float, pause_patience: float) -> None:
        """Stop it when it keeps others waiting for nobody.

        Args:
            attention: seconds without anybody looking after which it does.
            pause_patience: seconds of standing still after which it does.
        """
        now = time.monotonic()
        if now - self.looked > attention:
            # A pause is meant to last, so a paused job does not come back by itself.
            self.gives_way = self._paused_since is None
            self.stop(StopReason(code=StopCode.PREEMPTED if self.gives_way else StopCode.PAUSED_TOO_LONG))
        elif self._paused_since is not None and now - self._paused_since > pause_patience:
            self.stop(StopReason(code=StopCode.PAUSED_TOO_LONG))

    def expected_seconds(self, *, is_running: bool) -> float:
        """About how long its training takes from now on; 0 when its experiment cannot be read."""
        history = self.run.history()
        if is_running and history.seconds_left is not None:
            return history.seconds_left
        try:
            return estimate_seconds(self._left(history))
        except (OSError, ValueError):
            return 0.0

    def _left(self, history: History) -> Experiment:
        """What is still to be done, as an experiment."""
        experiment = self.run.experiment
        if self.continuation is None or history.plan is None:
            return experiment
        epochs = history.plan.epochs - len(history.epochs["epoch"]) or self.continuation.epochs
        training = dataclasses.replace(experiment.training, epochs=max(1, epochs))
        return dataclasses.replace(experiment, training=training)
