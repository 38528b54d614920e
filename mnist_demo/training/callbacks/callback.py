"""The base of the lab's callbacks."""

from typing import Any

from mnist_demo.backend import keras
from mnist_demo.training.progress import Progress


class Callback(keras.callbacks.Callback):
    """A Keras callback that also sees each call of the graph.

    Keras' own `on_train_batch_end` comes once a step of `fit`, and such a step may be several calls of the graph.

    Args:
        progress: The counts of the training.
    """

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self.progress = progress

    def on_batches_end(self, count: int, logs: dict[str, Any]) -> None:
        """Act after a call of the graph.

        Args:
            count: Batches of this call; `progress` counts them already.
            logs: The means over these batches.
        """


def rounded(value: float) -> float:
    """Round to eight significant digits: more than float32 holds, half the bytes of a float64."""
    return float(f"{value:.8g}")
