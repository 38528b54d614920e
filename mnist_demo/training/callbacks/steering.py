"""Commands from outside: pause, step, stop, another learning rate."""

import math
import time
from collections.abc import Callable
from typing import Any

from mnist_demo.runs import EventKind, EventWriter, RunState, StopReason, write_state
from mnist_demo.training.callbacks.callback import Callback
from mnist_demo.training.control import Command, CommandKind, Control
from mnist_demo.training.progress import Progress

FAR = math.inf

WAIT = 0.5
"""Seconds between two checks for a command that a signal handler left, while a training is paused."""


class StopRequested(Exception):  # noqa: N818 - nothing went wrong
    """Leaves `fit` at a batch boundary; what was learned so far is kept.

    Args:
        reason: why the training is stopped; None when somebody just pressed the button.
    """

    def __init__(self, reason: StopReason | None = None) -> None:
        super().__init__()
        self.reason = reason


class Steering(Callback):
    """Turns commands into how many batches the training may do next, and writes its changes of state.

    Args:
        progress: the counts of the training.
        control: where the commands come from.
        writer: where changes of state and of the learning rate go.
        on_pause: called when the training pauses, before it waits.
    """

    def __init__(self, progress: Progress, control: Control, writer: EventWriter, on_pause: Callable[[], None]) -> None:
        super().__init__(progress)
        self._control, self._writer, self._on_pause = control, writer, on_pause
        self._allowed: float = FAR  # batches until the next pause
        self._pauses_after_epoch = False
        self._shown_paused = False

    @property
    def is_stepping(self) -> bool:
        """Whether somebody steps batch by batch."""
        return self._allowed < FAR

    def allowed(self, most: int) -> int:
        """Return how many batches may be done now, 1 to `most`; wait while the training is paused.

        Raises:
            StopRequested: when somebody asks to stop.
        """
        self._obey_all()
        if self._allowed <= 0:
            self._pause()
        self._show(self.is_stepping)
        now = int(min(self._allowed, most))
        self._allowed -= now
        return now

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Write that the training begins, and start its clock."""
        write_state(self._writer, RunState.TRAINING)
        self.progress.start_clock()

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Obey while validating, where no batches are counted.

        Raises:
            StopRequested: when somebody asks to stop.
        """
        self._obey_all()
        # A step leads through the validation behind it; only a pause that was asked for holds it up.
        if self._allowed <= 0 and not self._shown_paused:
            self._pause()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Pause after a step of one epoch."""
        if self._pauses_after_epoch:
            self._pauses_after_epoch = False
            self._allowed = 0

    def change_rate(self, rate: float) -> None:
        """Use another learning rate from the next batch on."""
        progress = self.progress
        progress.rate.factor.assign(rate / progress.settings.learning_rate)
        self._writer.write(EventKind.RATE, step=progress.step, images=progress.images, learning_rate=rate)

    def _pause(self) -> None:
        began = time.monotonic()
        # First, so that whoever sees that it is paused sees where.
        self._on_pause()
        self._show(True)
        while self._allowed <= 0:
            if (command := self._control.receive(timeout=WAIT)) is not None:
                self._obey(command)
        self.progress.paused_seconds += time.monotonic() - began
        self._show(self.is_stepping)

    def _obey_all(self) -> None:
        while (command := self._control.receive()) is not None:
            self._obey(command)

    def _obey(self, command: Command) -> None:
        match command.kind:
            case CommandKind.PAUSE:
                self._allowed = 0
                self._pauses_after_epoch = False
            case CommandKind.RESUME:
                self._allowed = FAR
                self._pauses_after_epoch = False
            case CommandKind.STEP_BATCH:
                # Two presses in a row are two batches; one in mid-flight is the next batch and no more.
                self._allowed = 1 if self._allowed == FAR else self._allowed + 1
                self._pauses_after_epoch = False
            case CommandKind.STEP_EPOCH:
                self._allowed = FAR
                self._pauses_after_epoch = True
            case CommandKind.LEARNING_RATE:
                if command.value is not None:
                    self.change_rate(command.value)
            case CommandKind.STOP:
                write_state(self._writer, RunState.STOPPING)
                raise StopRequested(command.reason)

    def _show(self, paused: bool) -> None:
        if paused is not self._shown_paused:
            self._shown_paused = paused
            write_state(self._writer, RunState.PAUSED if paused else RunState.TRAINING)
