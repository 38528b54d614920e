"""Trainings in processes of this machine."""

import logging
import multiprocessing
import os
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any

from mnist_demo.experiment import Experiment
from mnist_demo.jobs.prewarmed import PATIENCE, Prewarmed, Request
from mnist_demo.processes import warm_up_soon, worker_context
from mnist_demo.runs import Run, RunState
from mnist_demo.training.continuation import Continuation
from mnist_demo.training.control import Command, Control

_log = logging.getLogger(__name__)


class LocalTraining:
    """A training process and the pipe to it, which is closed when this object is collected, and stops the process."""

    def __init__(self, process: multiprocessing.Process, line: Connection) -> None:
        self._process, self._line, self._control = process, line, Control(sender=line)

    def send(self, command: Command) -> None:
        """Pass a command on; nothing happens when the process has ended."""
        self._control.send(command)

    def wait(self, seconds: float) -> int | None:
        """Wait at most this long for the exit code; None while the process is alive."""
        self._process.join(seconds)
        return self._process.exitcode

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()

    def give(self, run: Run) -> bool:
        """Give a prewarmed process its run; False when the process is dead."""
        try:
            self._line.send_bytes(os.fsencode(run.folder))
        except (OSError, ValueError):
            return False
        return True


class _PrewarmedTraining:
    """A run in a prewarmed process; if that dies before it takes the run up, a fresh one tries once more."""

    def __init__(self, run: Run, prewarmed: LocalTraining, start: Callable[[], LocalTraining]) -> None:
        self._run, self._training, self._start = run, prewarmed, start
        self._sent: list[Command] = []
        self._lock = threading.Lock()
        self._is_fresh = False

    def send(self, command: Command) -> None:
        with self._lock:
            if not self._is_fresh:
                self._sent.append(command)
            self._training.send(command)

    def wait(self, seconds: float) -> int | None:
        exit_code = self._training.wait(seconds)
        # A run that is still queued has not begun: nothing in its folder would be trained twice.
        if exit_code is None or self._is_fresh or self._run.state is not RunState.QUEUED:
            return exit_code
        _log.warning("A prewarmed process ended (exit code %s) before it took up its run.", exit_code)
        fresh = self._start()
        with self._lock:
            self._training, self._is_fresh = fresh, True
            for command in self._sent:
                fresh.send(command)
        return None

    def kill(self) -> None:
        with self._lock:
            self._training.kill()


class LocalExecutor:
    """Trains in processes of this machine, forked from a server that has Keras imported where there is one.

    Args:
        delay: seconds between a hint and its prewarmed process: the page that is being drawn goes first.
        patience: seconds after the last hint in which the process is kept.
    """

    def __init__(self, delay: float = 0.3, patience: float = PATIENCE) -> None:
        warm_up_soon()
        self._context: BaseContext = worker_context()
        self._prewarmed = Prewarmed(self._start_prewarmed, delay, patience)

    def start(
        self, run: Run, data_path: Path | None, continuation: Continuation | None
    ) -> LocalTraining | _PrewarmedTraining:
        """Start a process for a run, or give the run to the process that was prewarmed for it."""

        def fresh() -> LocalTraining:
            return self._process(_run_job, run.folder, data_path, continuation)

        begins = continuation is None and not run.initial_path.exists()
        prewarmed = self._prewarmed.take(run.experiment if begins else None, data_path)
        if prewarmed is not None and prewarmed.give(run):
            return _PrewarmedTraining(run, prewarmed, fresh)
        return fresh()

    def prewarm(self, lab: str, experiment: Experiment, data_path: Path | None) -> None:
        """Keep a process ready in which the network of this experiment is built and traced."""
        self._prewarmed.want(Request(lab, experiment, data_path))

    def _start_prewarmed(self, request: Request) -> LocalTraining:
        return self._process(_prewarm, request.experiment, request.data_path)

    def _process(self, target: Callable[..., None], *args: Any) -> LocalTraining:
        receiver, sender = multiprocessing.Pipe(duplex=False)
        process: multiprocessing.Process = self._context.Process(  # type: ignore[attr-defined]
            target=target, args=(receiver, *args), daemon=True
        )
        process.start()
        # The child has its own; with this one open it would not notice that the pipe was closed.
        receiver.close()
        return LocalTraining(process, sender)


def _run_job(commands: Connection, run_folder: Path, data_path: Path | None, continuation: Continuation | None) -> None:
    """Run in the child; the import pulls in Keras there and never in the server."""
    from mnist_demo.training.worker import run_job

    run_job(run_folder, data_path, commands, continuation)


def _prewarm(commands: Connection, experiment: Experiment, data_path: Path | None) -> None:
    from mnist_demo.training.worker import prewarm

    prewarm(experiment, data_path, commands)
