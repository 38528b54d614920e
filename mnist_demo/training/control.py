"""What a running training can be told from outside: a line of commands, within a process or across to another one."""

import json
import multiprocessing
import threading
from dataclasses import dataclass
from enum import StrEnum
from multiprocessing.connection import Connection

from mnist_demo.runs import StopCode, StopReason

MAX_MESSAGE_BYTES = 4_000
"""Most bytes of a command on the line: a reason's text of 300 characters, escaped, and the rest."""


class CommandKind(StrEnum):
    """What a training understands."""

    PAUSE = "pause"
    RESUME = "resume"
    STEP_BATCH = "step_batch"
    STEP_EPOCH = "step_epoch"
    LEARNING_RATE = "learning_rate"
    STOP = "stop"


@dataclass(frozen=True)
class Command:
    """One command.

    Attributes:
        kind: what is to be done.
        value: the new learning rate, for that command alone.
        reason: why, for the run's events; None when somebody just pressed the button.
    """

    kind: CommandKind
    value: float | None = None
    reason: StopReason | None = None


SERVER_GONE = Command(CommandKind.STOP, reason=StopReason(code=StopCode.SERVER_GONE))
"""What a training takes the end of its line for: nobody would be left to look, and an orphan would eat a core."""


class Control:
    """A line to one training.

    Without arguments both ends are here, for a training in another thread of this process. Across processes each side
    has one end; the operating system closes the line when the commanding process dies, however it dies.

    Args:
        receiver: the end that the training reads.
        sender: the end that commands go into.
    """

    def __init__(self, receiver: Connection | None = None, sender: Connection | None = None) -> None:
        if receiver is None and sender is None:
            receiver, sender = multiprocessing.Pipe(duplex=False)
        self._receiver = receiver
        self._sender = sender
        self._lock = threading.Lock()
        self._leaving: Command | None = None

    def send(self, command: Command) -> None:
        """Send a command; nothing happens when the training has ended."""
        reason = command.reason.to_json() if command.reason else None
        message = json.dumps({"kind": command.kind, "value": command.value, "reason": reason}).encode()
        with self._lock:
            if self._sender is None:
                return
            try:
                self._sender.send_bytes(message)
            except OSError:
                # The training has ended; there is nobody left to tell.
                self._sender = None

    def request_stop(self, reason: StopReason | None = None) -> None:
        """Ask the training to end at the next batch and keep what was learned."""
        self.send(Command(CommandKind.STOP, reason=reason))

    def pause(self) -> None:
        """Ask the training to stand still at the next batch."""
        self.send(Command(CommandKind.PAUSE))

    def resume(self) -> None:
        """Let a training that stands still go on."""
        self.send(Command(CommandKind.RESUME))

    def step_batch(self) -> None:
        """Ask for one batch more, and to stand still after it."""
        self.send(Command(CommandKind.STEP_BATCH))

    def step_epoch(self) -> None:
        """Ask to go on to the end of the epoch, and to stand still after it."""
        self.send(Command(CommandKind.STEP_EPOCH))

    def set_learning_rate(self, rate: float) -> None:
        """Ask for another learning rate from the next batch on; a schedule keeps its shape and is scaled to it."""
        self.send(Command(CommandKind.LEARNING_RATE, value=rate))

    def receive(self, timeout: float = 0.0) -> Command | None:
        """The next command, waiting at most so many seconds for it; None when there is none.

        The end of the line is a command to stop.
        """
        if self._leaving is not None:
            return self._leaving
        if self._receiver is None:
            return None
        try:
            if not self._receiver.poll(timeout):
                return None
            message = self._receiver.recv_bytes(MAX_MESSAGE_BYTES)
        except (EOFError, OSError):
            self._receiver = None
            return SERVER_GONE
        fields = json.loads(message)
        reason = StopReason.from_json(fields["reason"]) if fields["reason"] else None
        return Command(CommandKind(fields["kind"]), fields["value"], reason)

    def leave(self, command: Command) -> None:
        """Let this be all that the training is told from now on; a signal handler may call it."""
        self._leaving = command
