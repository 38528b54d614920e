"""Several batches a call of the graph, as many as may be done: Keras' train function, made steerable."""

from collections.abc import Iterator
from typing import Any, Protocol

from mnist_demo.backend import tf


class Watcher(Protocol):
    """Who counts the batches and says how many may be done."""

    @property
    def batch(self) -> int:
        """Batches of the current epoch that are done."""

    def allowed(self, most: int) -> int:
        """How many batches may be done now, 1 to `most`; may wait."""

    def batches_done(self, count: int, logs: dict[str, Any]) -> None:
        """Told after each call, with the means over these batches."""


class BatchGraph:
    """Some batches in one call of the graph; how many goes in with each call.

    Keras' `steps_per_execution` is fixed when the graph is traced, and must divide the batches of an epoch (Keras 3.15
    would take batches of the next one otherwise).

    Args:
        model: compiled and built.
    """

    def __init__(self, model: Any) -> None:
        def run(batches: Iterator[Any], count: Any) -> dict[str, Any]:
            def step(done: Any) -> Any:
                model.train_step(next(batches))
                return done + 1

            tf.while_loop(lambda done: done < count, step, [tf.constant(0)])
            logs: dict[str, Any] = model.get_metrics_result()
            # Means of these batches alone: Keras' own run over the whole epoch, in float32 and lost when it is cut.
            model.reset_metrics()
            return logs

        self._run = tf.function(run, autograph=False)

    def __call__(self, batches: Iterator[Any], count: int) -> dict[str, Any]:
        """Do so many batches; the first call traces the graph, which takes a second or two.

        Returns:
            The means over these batches.
        """
        logs: dict[str, Any] = self._run(batches, tf.constant(count))
        return logs


class BatchLoop:
    """What `fit` calls in place of Keras' own train function: the same graph, steered.

    It does eight batches at a time while a network learns and one when somebody steps. To `fit`, each call is one step
    of an epoch.

    Args:
        graph: does the batches.
        watcher: who counts and steers.
        batches_per_epoch: of which the last one may be smaller.
        batches_per_call: at most so many go into one call of the graph.
    """

    def __init__(self, graph: BatchGraph, watcher: Watcher, batches_per_epoch: int, batches_per_call: int) -> None:
        self._graph = graph
        self._watcher = watcher
        self._batches = batches_per_epoch
        self._most = batches_per_call

    @property
    def calls_per_epoch(self) -> int:
        """How often `fit` is to call in one epoch; in one that is taken up in the middle the last calls do nothing."""
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
