"""A train function for Keras that does several batches in one call of the graph, as many as a watcher allows."""

from collections.abc import Iterator
from typing import Any, Protocol

from mnist_demo.backend import tf


class Watcher(Protocol):
    """Counts the batches, and says how many may be done."""

    @property
    def batch(self) -> int:
        """Batches of the current epoch that are done."""

    def allowed(self, most: int) -> int:
        """Return how many batches may be done now, 1 to `most`; may wait."""

    def batches_done(self, count: int, logs: dict[str, Any]) -> None:
        """Count the batches of a call, and note the means over them."""


class BatchGraph:
    """Does several batches in one call of the graph; each call says how many.

    Keras' `steps_per_execution` is fixed when the graph is traced, and must divide the batches of an epoch, because
    Keras 3.15 takes batches of the next epoch otherwise.

    Args:
        model: A Keras model, compiled and built.
    """

    def __init__(self, model: Any) -> None:
        def run(batches: Iterator[Any], count: Any) -> dict[str, Any]:
            def step(done: Any) -> Any:
                model.train_step(next(batches))
                return done + 1

            tf.while_loop(lambda done: done < count, step, [tf.constant(0)])
            logs: dict[str, Any] = model.get_metrics_result()
            # The means cover these batches alone, because Keras' own cover the epoch so far in float32 and are lost
            # when the epoch is interrupted.
            model.reset_metrics()
            return logs

        self._run = tf.function(run, autograph=False)

    def __call__(self, batches: Iterator[Any], count: int) -> dict[str, Any]:
        """Do `count` batches; the first call traces the graph, which takes a second or two.

        Returns:
            The means over these batches.
        """
        logs: dict[str, Any] = self._run(batches, tf.constant(count))
        return logs


class BatchLoop:
    """Takes the place of Keras' own train function in `fit`, and does as many batches at a time as the watcher allows.

    A call does several batches while a network learns and one while a visitor steps. For `fit`, each call is one step
    of an epoch.

    Args:
        graph: The graph that does the batches.
        watcher: The watcher that counts and limits the batches.
        batches_per_epoch: Batches of an epoch; the last may be smaller.
        batches_per_call: Most batches in one call of the graph.
    """

    def __init__(self, graph: BatchGraph, watcher: Watcher, batches_per_epoch: int, batches_per_call: int) -> None:
        self._graph = graph
        self._watcher = watcher
        self._batches = batches_per_epoch
        self._most = batches_per_call

    @property
    def calls_per_epoch(self) -> int:
        """Calls of `fit` in one epoch; in an epoch that is resumed in the middle, the last calls do nothing."""
        return -(-self._batches // self._most)

    def __call__(self, batches: Iterator[Any]) -> dict[str, Any]:
        """Do the next batches, up to the next multiple of `batches_per_call`."""
        end = min((self._watcher.batch // self._most + 1) * self._most, self._batches)
        logs: dict[str, Any] = {}
        while self._watcher.batch < end:
            count = self._watcher.allowed(end - self._watcher.batch)
            logs = self._graph(batches, count)
            self._watcher.batches_done(count, logs)
        return logs
