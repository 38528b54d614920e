"""Commands to a running training: a pipe within a process or to another one."""

import json
import multiprocessing
import threading
from dataclasses import dataclass
from enum import StrEnum
from multiprocessing.connection import Connection

from mnist_demo.runs import StopCode, StopReason

MAX_MESSAGE_BYTES = 4_000
"""Most bytes of a command in the pipe: a reason's text of 300 characters, escaped, and the rest."""


class CommandKind(StrEnum):
    """The commands that a training understands."""

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
        kind: What the training does.
        value: The new learning rate, for that command alone.
        reason: Why the training stops, for the run's events; None when somebody just pressed the button.
    """

    kind: CommandKind
    value: float | None = None
    reason: StopReason | None = None


SERVER_GONE = Command(CommandKind.STOP, reason=StopReason(code=StopCode.SERVER_GONE))
"""What the end of the pipe means: a training stops, because an orphan would use a core for nobody."""


class Control:
    """A pipe to one training.

    Without arguments this object has both ends, for a training in another thread of this process. Across processes each
    side has one end; the operating system closes the pipe when the commanding process dies, however it dies.

    Args:
        receiver: The end that the training reads.
        sender: The end that commands go into.
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
                # The training has ended.
                self._sender = None

    def request_stop(self, reason: StopReason | None = None) -> None:
        """Ask the training to end at the next batch and keep what was learned."""
        self.send(Command(CommandKind.STOP, reason=reason))

    def pause(self) -> None:
        """Ask the training to pause at the next batch."""
        self.send(Command(CommandKind.PAUSE))

    def resume(self) -> None:
        """Let a paused training go on."""
        self.send(Command(CommandKind.RESUME))

    def step_batch(self) -> None:
        """Ask for one more batch and a pause after it."""
        self.send(Command(CommandKind.STEP_BATCH))

    def step_epoch(self) -> None:
        """Ask for the rest of the epoch and a pause after it."""
        self.send(Command(CommandKind.STEP_EPOCH))

    def set_learning_rate(self, rate: float) -> None:
        """Ask for another learning rate from the next batch on; a schedule keeps its shape and is scaled to it."""
        self.send(Command(CommandKind.LEARNING_RATE, value=rate))

    def receive(self, timeout: float = 0.0) -> Command | None:
        """Wait at most this long for the next command; None when there is none.

        The end of the pipe is a command to stop.
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
        """Make this the only command from now on; a signal handler may call it."""
        self._leaving = command
