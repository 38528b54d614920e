"""The inference process, which keeps the last few networks, each with one compiled function."""

import functools
import os
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_demo.backend import tf
from mnist_demo.network import Network, build_model
from mnist_demo.runs import Run
from mnist_demo.training.weights import load_weights

MAX_LOADED = 6
"""Most networks in memory; the least recently used one is dropped first."""

Weights = tuple[str, int]  # the path of a file and its time in nanoseconds, or "first weights" and their seed


@dataclass
class _Built:
    """A network with the weights that answered last."""

    model: Any
    call: Callable[[NDArray[np.float32]], Any]
    at_once: int
    weights: Weights | None = None


_built: OrderedDict[Network, _Built] = OrderedDict()


def predict(weights: Path, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the probabilities that a run's snapshot gives to images.

    Args:
        weights: A file of a run's `snapshots` folder.
        images: uint8 (n, 28, 28), white ink on black.

    Returns:
        float32 (n, 10), each row summing to 1.
    """
    return _answers(_load(weights), images)


def predict_untrained(network: Network, seed: int, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the probabilities that a network gives to images before any training.

    Args:
        network: The network.
        seed: The seed of its first weights, as `build_model` takes it.
        images: uint8 (n, 28, 28), white ink on black.

    Returns:
        float32 (n, 10), each row summing to 1.
    """
    built = _built_network(network)
    _set_weights(built, ("first weights", seed), lambda: built.model.set_weights(_first_weights(network, seed)))
    return _answers(built, images)


def _answers(network: _Built, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    chunks = [images[start : start + network.at_once] for start in range(0, len(images), network.at_once)]
    answers = [np.asarray(network.call(chunk.astype(np.float32)[..., None] / 255.0)) for chunk in chunks]
    return np.concatenate(answers) if answers else np.zeros((0, 10), np.float32)


def _load(weights: Path) -> _Built:
    """Return the network of a run with these weights."""
    run = Run(weights.parent.parent)
    network = _built_network(_description(run.folder, (run.folder / "experiment.json").stat().st_mtime_ns))
    wanted = (os.fspath(weights), weights.stat().st_mtime_ns)
    _set_weights(network, wanted, lambda: load_weights(weights, network.model))
    return network


def _built_network(description: Network) -> _Built:
    """Return a network with whichever weights it had last.

    All snapshots and all runs of the same network share one, because building and compiling take half a second and
    setting weights takes milliseconds.
    """
    if description not in _built:
        _built[description] = _build(description)
        while len(_built) > MAX_LOADED:
            _built.popitem(last=False)
    _built.move_to_end(description)
    return _built[description]


def _set_weights(network: _Built, wanted: Weights, set_them: Callable[[], None]) -> None:
    if network.weights != wanted:
        # A damaged file may set some of the weights before it fails.
        network.weights = None
        set_them()
        network.weights = wanted


@functools.lru_cache(maxsize=4)
def _first_weights(network: Network, seed: int) -> list[NDArray[np.float32]]:
    weights: list[NDArray[np.float32]] = build_model(network, seed=seed).get_weights()
    return weights


@functools.lru_cache(maxsize=64)
def _description(run_folder: Path, changed: int) -> Network:
    del changed  # part of the key
    return Run(run_folder).experiment.network


def _build(description: Network) -> _Built:
    model = build_model(description)
    # The function is compiled once for any number of images; for one it takes 0.5 ms, `model.predict` 50 ms.
    call = tf.function(
        lambda images: model(images, training=False),
        input_signature=[tf.TensorSpec([None, 28, 28, 1], tf.float32)],
    )
    return _Built(model, call, description.report().images_at_once)
