"""Commands to a running training: pause, step, stop, change the learning rate."""

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
    """Leaves `fit` between two batches; the trainer then saves the weights.

    Args:
        reason: Why the training stops; None for the visitor's button.
    """

    def __init__(self, reason: StopReason | None = None) -> None:
        super().__init__()
        self.reason = reason


class Steering(Callback):
    """Decides by the commands how many batches the training may do next, and writes its changes of state.

    Args:
        progress: The counts of the training.
        control: The line of commands.
        writer: The writer of the run's events, for changes of state and of the learning rate.
        on_pause: A function to call when the training pauses, before it waits.
    """

    def __init__(self, progress: Progress, control: Control, writer: EventWriter, on_pause: Callable[[], None]) -> None:
        super().__init__(progress)
        self._control, self._writer, self._on_pause = control, writer, on_pause
        self._allowed: float = FAR  # batches until the next pause
        self._pauses_after_epoch = False
        self._shown_paused = False

    @property
    def is_stepping(self) -> bool:
        """Whether the visitor steps batch by batch."""
        return self._allowed < FAR

    def allowed(self, most: int) -> int:
        """Return how many batches may be done now, 1 to `most`; wait while the training is paused.

        Raises:
            StopRequested: If a command stops the training.
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
        """Obey commands during a validation, which counts no batches.

        Raises:
            StopRequested: If a command stops the training.
        """
        self._obey_all()
        # The step of an epoch's last batch includes the validation; only a command to pause pauses the validation.
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
        # The state is saved before the pause is shown, so a page that shows the pause shows its place.
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
                # Two steps in a row are two batches; a step during training is the next batch and then a pause.
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
