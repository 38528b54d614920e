"""The inference process: it keeps the last few networks loaded, each with one compiled function."""

import os
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_demo.backend import tf
from mnist_demo.network import build_model
from mnist_demo.runs import Run
from mnist_demo.training.weights import load_weights

MAX_LOADED = 6
"""Networks kept in memory; the longest unused one is dropped first."""

CHUNK = 500
"""Images per call of a network: bounds the memory that feature maps take."""

Predict = Callable[[NDArray[np.float32]], NDArray[np.float32]]

_loaded: OrderedDict[tuple[str, int], Predict] = OrderedDict()


def predict(weights: Path, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The probabilities that a run's snapshot gives to images.

    Args:
        weights: a file of a run's `snapshots` folder.
        images: uint8 (n, 28, 28), white ink on black.

    Returns:
        float32 (n, 10), each row summing to 1.
    """
    network = _load(weights)
    chunks = [images[start : start + CHUNK] for start in range(0, len(images), CHUNK)]
    answers = [network(chunk.astype(np.float32)[..., None] / 255.0) for chunk in chunks]
    return np.concatenate(answers) if answers else np.zeros((0, 10), np.float32)


def _load(weights: Path) -> Predict:
    key = (os.fspath(weights), weights.stat().st_mtime_ns)
    if key not in _loaded:
        model = build_model(Run(weights.parent.parent).experiment.network)
        load_weights(weights, model)
        # Compiled once for any number of images: `model.predict` costs 50 ms for a single one, this 0.5 ms.
        call = tf.function(
            lambda images: model(images, training=False),
            input_signature=[tf.TensorSpec([None, 28, 28, 1], tf.float32)],
        )
        _loaded[key] = lambda images: np.asarray(call(images))
        while len(_loaded) > MAX_LOADED:
            _loaded.popitem(last=False)
    _loaded.move_to_end(key)
    return _loaded[key]
