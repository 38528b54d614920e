"""Questions to a trained network, asked from the server world and answered by one warm process."""

import functools
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_demo.experiment import Experiment
from mnist_demo.network import Network
from mnist_demo.processes import end_with_parent, worker_context
from mnist_demo.runs import Run

Question = Callable[[], NDArray[np.float32]]

TIMEOUT = 120.0
"""Seconds after which a question fails."""


class InferenceError(RuntimeError):
    """The network cannot answer; the message says why in one sentence."""


class Inference:
    """The client of the inference process; every method may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool = self._new_pool()

    def predict(self, run: Run, images: NDArray[np.uint8], snapshot: Path | None = None) -> NDArray[np.float32]:
        """Return the probabilities that a run's network gives to images.

        Args:
            run: A run with at least one snapshot.
            images: uint8 (n, 28, 28), white ink on black.
            snapshot: The weights that answer, one of the run's snapshots; None for the newest weights of a training.

        Returns:
            float32 (n, 10), each row summing to 1.

        Raises:
            InferenceError: If the run has no snapshot or the process cannot answer.
        """
        if snapshot is None:
            snapshot = run.newest_weights
            if snapshot is None:
                raise InferenceError("This run has not learned anything yet.")
            try:
                return self.predict(run, images, snapshot)
            except InferenceError:
                # A training that ends removes its weights within the epoch, because its last snapshot is newer.
                if snapshot.exists() or not run.snapshots:
                    raise
                return self.predict(run, images, run.snapshots[-1])
        return self._ask(functools.partial(_predict, snapshot, images))

    def predict_untrained(self, experiment: Experiment, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the probabilities that an experiment's network gives to images before any training.

        Args:
            experiment: The experiment, whose seed gives the first weights.
            images: uint8 (n, 28, 28), white ink on black.

        Returns:
            float32 (n, 10), each row summing to 1.

        Raises:
            InferenceError: If the process cannot answer.
        """
        return self._ask(functools.partial(_predict_untrained, experiment.network, experiment.seed, images))

    def close(self) -> None:
        """End the process."""
        self._pool.shutdown(cancel_futures=True)

    def _ask(self, question: Question) -> NDArray[np.float32]:
        pool = self._pool
        try:
            return self._answer(pool, question)
        except BrokenProcessPool:
            # The process died, perhaps for want of memory; a new one gets the same question.
            self._replace(pool)
            try:
                return self._answer(self._pool, question)
            except BrokenProcessPool:
                raise InferenceError("The network's process died twice; the machine may be out of memory.") from None

    @staticmethod
    def _answer(pool: ProcessPoolExecutor, question: Question) -> NDArray[np.float32]:
        try:
            answer = pool.submit(question)
        except BrokenProcessPool:
            raise
        except RuntimeError:
            # A thread may still ask while the server ends.
            raise InferenceError("The network's process has ended.") from None
        try:
            return answer.result(TIMEOUT)
        except TimeoutError:
            raise InferenceError(f"The network gave no answer within {TIMEOUT:g} seconds.") from None
        except OSError as error:
            # The message leaves out the path, because the page shows it to any visitor.
            raise InferenceError(f"The run's weights cannot be read: {error.strerror or 'they are gone'}.") from None
        except (ValueError, KeyError) as error:
            raise InferenceError(f"The run's weights cannot be read: {error}") from None

    @staticmethod
    def _new_pool() -> ProcessPoolExecutor:
        return ProcessPoolExecutor(max_workers=1, mp_context=worker_context(), initializer=end_with_parent)

    def _replace(self, broken: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._pool is broken:
                broken.shutdown(wait=False)
                self._pool = self._new_pool()


def _predict(weights: Path, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Answer within the process: the import loads Keras there and never in the server."""
    from mnist_demo.inference.worker import predict

    return predict(weights, images)


def _predict_untrained(network: Network, seed: int, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Answer within the process, as `_predict` does."""
    from mnist_demo.inference.worker import predict_untrained

    return predict_untrained(network, seed, images)
