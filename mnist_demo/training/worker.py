"""The training process: train one run and obey the commands of the server."""

import dataclasses
import gc
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from mnist_demo.data import MnistData, load_data, load_mnist
from mnist_demo.presets import PRESETS
from mnist_demo.runs import Run, RunState, StopReason
from mnist_demo.runs.stop_reasons import EXIT_DISK_FULL, EXIT_NOT_WRITTEN, is_disk_full
from mnist_demo.training.continuation import Continuation
from mnist_demo.training.control import SERVER_GONE, Control
from mnist_demo.training.resuming import NothingLeftError
from mnist_demo.training.trainer import train, train_more

NICENESS = 5
"""Niceness that a training process adds to its own, so that pages answer at once while it uses every core."""


REHEARSAL = dataclasses.replace(
    PRESETS["fast"],
    training=dataclasses.replace(PRESETS["fast"].training, epochs=1, train_images=320, validation_images=320),
)
"""The experiment of a rehearsal, after which TensorFlow makes its next graph about a second faster."""


def train_next(pipe: Connection, is_ready: Callable[[], object], *, rehearses: bool) -> None:
    """Wait for a run and train it; the entry point of a training process.

    Args:
        pipe: The pipe from the server: the run's folder, where its data is (None for the bundled MNIST) and how it
            continues (None for a new run), then commands. When the pipe closes, the server is gone and the training
            stops.
        is_ready: Called when the process waits for the run.
        rehearses: Whether the process trains `REHEARSAL` before.
    """
    _lower_priority()
    if rehearses:
        with tempfile.TemporaryDirectory() as folder:
            train(REHEARSAL, load_mnist(), folder)
    is_ready()
    try:
        run_folder, data_path, continuation = pipe.recv()
    except (EOFError, OSError):
        return
    run_job(run_folder, data_path, pipe, continuation)


def run_job(run_folder: Path, data_path: Path | None, commands: Connection, continuation: Continuation | None) -> None:
    """Train the experiment that lies in a run's folder.

    Args:
        run_folder: A folder that `create_run` made.
        data_path: Where the data is; None for the bundled MNIST.
        commands: The pipe with the server's commands; when it closes, the server is gone and the training stops.
        continuation: How a run that has ended continues; None for a new one.
    """
    run = Run(run_folder)

    def fit(control: Control) -> None:
        data = _load(data_path)
        if continuation is None:
            train(run.experiment, data, run_folder, control)
        else:
            train_more(run_folder, data, continuation, control)

    _supervise(run, commands, fit)


def _lower_priority() -> None:
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    # With Python's own threshold, collections take a tenth of the time until the first batch, because tracing a graph
    # makes a million objects and hardly any garbage.
    gc.set_threshold(50_000, 50, 50)
    # Ctrl-C in the server's terminal reaches every process; a training stops when the pipe to the server closes.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _load(data_path: Path | None) -> MnistData:
    return load_mnist() if data_path is None else load_data(data_path)


def _supervise(run: Run, commands: Connection, fit: Callable[[Control], None]) -> None:
    """Train under the commands of the server, and write into the run what went wrong."""
    control = Control(receiver=commands)
    signal.signal(signal.SIGTERM, lambda *_: control.leave(SERVER_GONE))
    try:
        fit(control)
    except OSError as error:
        print(f"The run {run.folder.name} could not be written: {error}", file=sys.stderr)
        sys.exit(EXIT_DISK_FULL if is_disk_full(error) else EXIT_NOT_WRITTEN)
    except NothingLeftError as error:
        # A finished run that was queued in vain keeps the state in which it ended.
        run.mark(*(run.last_ending or (RunState.FAILED, StopReason.of_error(error))))
    except ValueError as error:
        # The trainer writes only the errors of a training that has begun.
        if run.state.is_active:
            run.mark(RunState.FAILED, StopReason.of_error(error))
        raise
