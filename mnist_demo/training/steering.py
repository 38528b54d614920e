"""How a training obeys: between two calls of the graph it asks here how far it may go on."""

import math
import time
from collections.abc import Callable

from mnist_demo.runs import EventWriter, RunState, write_state
from mnist_demo.training.control import Command, CommandKind, Control

FAR = math.inf

WAIT = 0.5
"""Seconds between two looks at what a signal handler may have left behind, while nothing comes over the line."""


class StopRequested(Exception):  # noqa: N818 - nothing went wrong
    """Leaves `fit` at a batch boundary; what was learned so far is kept. The message is the reason, if there is one."""


class Steering:
    """Commands turned into what the training may do next.

    Args:
        control: where the commands come from.
        writer: where changes of state go.
        set_learning_rate: called with a new rate.
        standing_still: called when the training is paused, before it waits.
    """

    def __init__(
        self,
        control: Control,
        writer: EventWriter,
        set_learning_rate: Callable[[float], None],
        standing_still: Callable[[], None],
    ) -> None:
        self._control = control
        self._writer = writer
        self._set_learning_rate = set_learning_rate
        self._standing_still = standing_still
        self._allowed: float = FAR  # batches until the next pause
        self._pauses_after_epoch = False
        self._shown_paused = False
        self.paused_seconds = 0.0
        """Seconds spent standing still."""

    @property
    def is_stepping(self) -> bool:
        """Whether somebody goes on batch by batch."""
        return self._allowed < FAR

    def allowed(self, most: int) -> int:
        """How many batches may be done now, 1 to `most`; waits for as long as the training is paused.

        Raises:
            StopRequested: when somebody asks to stop.
        """
        self._obey_all()
        if self._allowed <= 0:
            self._stand_still()
        self._show(self.is_stepping)
        now = int(min(self._allowed, most))
        self._allowed -= now
        return now

    def between_steps(self) -> None:
        """Obey where no batches are counted, as while validating.

        Raises:
            StopRequested: when somebody asks to stop.
        """
        self._obey_all()
        # A step leads through the validation behind it; only a pause that was asked for holds it up.
        if self._allowed <= 0 and not self._shown_paused:
            self._stand_still()

    def epoch_ended(self) -> None:
        """A step of one epoch is done."""
        if self._pauses_after_epoch:
            self._pauses_after_epoch = False
            self._allowed = 0

    def _stand_still(self) -> None:
        began = time.monotonic()
        # First, so that whoever sees that it is paused sees where.
        self._standing_still()
        self._show(True)
        while self._allowed <= 0:
            if (command := self._control.receive(timeout=WAIT)) is not None:
                self._obey(command)
        self.paused_seconds += time.monotonic() - began
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
                    self._set_learning_rate(command.value)
            case CommandKind.STOP:
                write_state(self._writer, RunState.STOPPING)
                raise StopRequested(command.reason or "")

    def _show(self, paused: bool) -> None:
        if paused is not self._shown_paused:
            self._shown_paused = paused
            write_state(self._writer, RunState.PAUSED if paused else RunState.TRAINING)
