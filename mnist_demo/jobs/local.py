"""Runs trainings in processes of this machine."""

import multiprocessing
from multiprocessing.connection import Connection
from pathlib import Path

from mnist_demo.processes import worker_context
from mnist_demo.runs import Run
from mnist_demo.training.continuation import Continuation
from mnist_demo.training.control import Command, Control


class LocalTraining:
    """A training process. The pipe to it closes when this object is collected, which stops the training.

    Args:
        process: The started training process.
        commands: The server's end of the pipe to the process.
    """

    def __init__(self, process: multiprocessing.Process, commands: Connection) -> None:
        self._process, self._control = process, Control(sender=commands)

    def send(self, command: Command) -> None:
        """Pass a command on; nothing happens when the process has ended."""
        self._control.send(command)

    def wait(self, seconds: float) -> int | None:
        """Wait at most this long for the process' exit code; None while the process is alive."""
        self._process.join(seconds)
        return self._process.exitcode

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()


class LocalExecutor:
    """Trains in processes of this machine, forked from a server process that has already imported Keras if possible."""

    def __init__(self) -> None:
        self._context = worker_context()

    def start(self, run: Run, data_path: Path | None = None, continuation: Continuation | None = None) -> LocalTraining:
        """Start a process that trains a run, as `Executor.start` does."""
        receiver, sender = multiprocessing.Pipe(duplex=False)
        process: multiprocessing.Process = self._context.Process(  # type: ignore[attr-defined]
            target=_run_job, args=(run.folder, data_path, receiver, continuation), daemon=True
        )
        process.start()
        # The receiver is closed here, because the child would not notice a closed pipe while this copy is open.
        receiver.close()
        return LocalTraining(process, sender)


def _run_job(run_folder: Path, data_path: Path | None, commands: Connection, continuation: Continuation | None) -> None:
    """Train a run in the child process; the import loads Keras there and never in the server."""
    from mnist_demo.training.worker import run_job

    run_job(run_folder, data_path, commands, continuation)
