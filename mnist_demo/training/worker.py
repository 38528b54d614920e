"""What a training process does."""

import os
import threading
import time
from pathlib import Path

from mnist_demo.data import load_data, load_mnist
from mnist_demo.runs import Run
from mnist_demo.training.control import Control, Signal
from mnist_demo.training.trainer import train

NICENESS = 5
"""How far training stands back, so that pages answer at once while it uses every core."""


def run_job(run_folder: Path, data_path: Path | None, stop: Signal) -> None:
    """Train the experiment that lies in a run's folder; the entry point of a training process.

    Args:
        run_folder: a folder that `create_run` made.
        data_path: where the data lies; None for the bundled MNIST.
        stop: set by the server when somebody asks to stop.
    """
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    control = Control(stop)
    threading.Thread(target=_stop_without_parent, args=(control, os.getppid()), daemon=True).start()
    data = load_mnist() if data_path is None else load_data(data_path)
    train(Run(run_folder).experiment, data, run_folder, control)


def _stop_without_parent(control: Control, parent: int) -> None:
    """Stop when the server is gone: nobody would be left to look, and an orphan would go on eating a core."""
    while os.getppid() == parent:
        time.sleep(1.0)
    control.request_stop()
