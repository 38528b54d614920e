"""Where a training runs: the queue starts one here and speaks to it, and knows nothing else about it."""

from pathlib import Path
from typing import Protocol, runtime_checkable

from mnist_demo.experiment import Experiment
from mnist_demo.runs import Run
from mnist_demo.training.continuation import Continuation
from mnist_demo.training.control import Command


class RunningTraining(Protocol):
    """A training that an executor has started. Its methods may be called from several threads."""

    def send(self, command: Command) -> None:
        """Pass a command on; nothing happens when the training has ended."""
        ...

    def wait(self, seconds: float) -> int | None:
        """Wait at most this long for its end.

        Returns:
            Its exit code, 0 when all went well, negative for a signal; None while it goes on.
        """
        ...

    def kill(self) -> None:
        """End it at once; `wait` soon returns an exit code."""
        ...


class Executor(Protocol):
    """Starts trainings."""

    def start(self, run: Run, data_path: Path | None, continuation: Continuation | None) -> RunningTraining:
        """Start the training of a run; its progress goes into the run's folder.

        Args:
            run: its folder holds the experiment.
            data_path: where its data is; None for the bundled MNIST.
            continuation: how a run that has ended continues; None for a new one.

        Raises:
            Exception: any, when the training cannot be started; the queue shows its message with the run.
        """
        ...


@runtime_checkable
class PrewarmingExecutor(Executor, Protocol):
    """An executor that can prepare a training before it is asked for."""

    def prewarm(self, lab: str, experiment: Experiment, data_path: Path | None) -> None:
        """Prepare for what a lab is likely to train next; a hint that may be ignored."""
        ...
