"""Runs trainings in processes of this machine."""

import multiprocessing
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path

from mnist_demo.processes import worker_context
from mnist_demo.runs import Run
from mnist_demo.training.continuation import Continuation
from mnist_demo.training.control import Command, Control


class LocalTraining:
    """A training process. The pipe to it closes when this object is collected, which stops the training.

    Args:
        process: The training process, started.
        pipe: Our end of the pipe to it.
        is_warm: Set by the process once it waits for a run.
        on_end: Called once `wait` finds that the process has ended.
    """

    def __init__(
        self, process: multiprocessing.Process, pipe: Connection, is_warm: Event, on_end: Callable[[], None]
    ) -> None:
        self._process, self._pipe, self._is_warm, self._on_end = process, pipe, is_warm, on_end
        self._control = Control(sender=pipe)

    @property
    def is_ready(self) -> bool:
        """Whether the process waits for a run."""
        return self._is_warm.is_set() and self._process.is_alive()

    def begin(self, run: Run, data_path: Path | None, continuation: Continuation | None) -> None:
        """Tell the process what to train, before any command.

        Raises:
            OSError: If the process has ended.
        """
        self._pipe.send((run.folder, data_path, continuation))

    def send(self, command: Command) -> None:
        """Pass a command on; nothing happens when the process has ended."""
        self._control.send(command)

    def wait(self, seconds: float) -> int | None:
        """Wait at most this long for the process' exit code; None while the process is alive."""
        self._process.join(seconds)
        if self._process.exitcode is not None:
            self._on_end()
        return self._process.exitcode

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()


class LocalExecutor:
    """Trains in processes of this machine, forked from a server that has Keras imported where there is one.

    A prewarmed process takes the next run. It has trained something small, so its first batch comes a second earlier.
    """

    def __init__(self) -> None:
        self._context = worker_context()
        self._lock = threading.Lock()
        self._prewarmed: LocalTraining | None = None
        self._prewarms = False

    def prewarm(self) -> None:
        """Keep a process ready from now on, and a new one after each training."""
        self._prewarms = True
        self._replace()

    def start(self, run: Run, data_path: Path | None = None, continuation: Continuation | None = None) -> LocalTraining:
        """Start a process that trains a run, as `Executor.start` does."""
        with self._lock:
            training, self._prewarmed = self._prewarmed, None
        if training is None or not training.is_ready:
            if training is not None:
                # A rehearsal would delay the run by more than it saves.
                training.kill()
            training = self._new_process(rehearses=False)
        try:
            training.begin(run, data_path, continuation)
        except OSError:
            # The prewarmed process died just now.
            training = self._new_process(rehearses=False)
            training.begin(run, data_path, continuation)
        return training

    def _replace(self) -> None:
        with self._lock:
            if self._prewarms and self._prewarmed is None:
                self._prewarmed = self._new_process(rehearses=True)

    def _new_process(self, *, rehearses: bool) -> LocalTraining:
        receiver, sender = multiprocessing.Pipe(duplex=False)
        is_warm = self._context.Event()
        process: multiprocessing.Process = self._context.Process(  # type: ignore[attr-defined]
            target=_train, args=(receiver, is_warm, rehearses), daemon=True
        )
        process.start()
        # The receiver is closed here, because the child would not notice a closed pipe while this copy is open.
        receiver.close()
        return LocalTraining(process, sender, is_warm, self._replace)


def _train(pipe: Connection, is_warm: Event, rehearses: bool) -> None:
    """Run in the child; the import pulls in Keras there and never in the server."""
    from mnist_demo.training.worker import train_next

    train_next(pipe, is_warm.set, rehearses=rehearses)
