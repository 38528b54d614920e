"""The seam between the queue and the machines: an executor starts a training, and the queue sends it commands."""

from pathlib import Path
from typing import Protocol

from mnist_demo.runs import Run
from mnist_demo.training.continuation import Continuation
from mnist_demo.training.control import Command


class RunningTraining(Protocol):
    """A training that an executor has started. Its methods may be called from several threads.

    Example:
        >>> class Ended:
        ...     def send(self, command): pass
        ...     def wait(self, seconds): return 0
        ...     def kill(self): pass
        >>> from mnist_demo.jobs import RunningTraining
        >>> training: RunningTraining = Ended()
        >>> training.wait(seconds=1.0)
        0
    """

    def send(self, command: Command) -> None:
        """Pass a command on; nothing happens when the training has ended."""

    def wait(self, seconds: float) -> int | None:
        """Wait at most this long for the end of the training.

        Returns:
            The exit code, 0 after success, negative after a signal; None while the training continues.
        """

    def kill(self) -> None:
        """End the training at once; `wait` soon returns an exit code."""


class Executor(Protocol):
    """Starts trainings. `Jobs` calls the executor, and `LocalExecutor` is the one to copy.

    Example:
        >>> from mnist_demo.jobs import Executor
        >>> class NoExecutor:
        ...     def start(self, run, data_path=None, continuation=None):
        ...         raise RuntimeError(f"No machine is free for {run.id}.")
        >>> from mnist_demo.runs import Run
        >>> executor: Executor = NoExecutor()
        >>> executor.start(Run("20260101-120000-abcdef"))
        Traceback (most recent call last):
        RuntimeError: No machine is free for 20260101-120000-abcdef.
    """

    def start(
        self, run: Run, data_path: Path | None = None, continuation: Continuation | None = None
    ) -> RunningTraining:
        """Start the training of a run, which reports its progress in the run's folder.

        Args:
            run: The run, whose folder holds the experiment.
            data_path: The path of the data; None for the bundled MNIST.
            continuation: How a run that has ended continues; None for a new run.

        Raises:
            Exception: Any, if the training cannot be started; the queue shows its message with the run.
        """
