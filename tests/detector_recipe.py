"""The recipe of `mnist_demo/drawing/detector.npz`: `python -m tests.detector_recipe` makes it again, in two minutes.

The network is the preset `canvas`, trained on MNIST alone; its temperature is fitted on the validation images.
"""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mnist_demo.data import load_mnist
from mnist_demo.drawing.detector import WEIGHTS, WeightLayer, WeightLayers, write_layers
from mnist_demo.evaluation import fit_temperature
from mnist_demo.inference.worker import predict
from mnist_demo.network import build_model
from mnist_demo.presets import PRESETS
from mnist_demo.runs import Run
from mnist_demo.training import train
from mnist_demo.training.weights import load_weights

SEED = 0


def main() -> None:
    """Train the network, and write the file beside the detector."""
    with tempfile.TemporaryDirectory() as folder:
        keep(train(replace(PRESETS["canvas"], seed=SEED), load_mnist(), Path(folder) / "run"))


def keep(run: Run) -> None:
    """Make a finished run of `canvas` the detector."""
    validation = load_mnist().validation
    temperature = fit_temperature(validation.labels, predict(run.snapshots[-1], validation.images))
    model = build_model(run.experiment.network)
    load_weights(run.snapshots[-1], model)
    write_layers(WEIGHTS, folded(model, temperature))


def folded(model: Any, temperature: float) -> WeightLayers:
    """Return a Keras model of `canvas` as layers: biases, normalization and temperature become scales and shifts."""
    layers = []
    for layer in model.layers:
        if hasattr(layer, "kernel"):
            kernel, shift = (np.asarray(weights) for weights in layer.get_weights())
            layers.append(WeightLayer(kernel, np.ones_like(shift), shift))
        elif hasattr(layer, "moving_mean"):
            gamma, beta, mean, variance = (np.asarray(weights) for weights in layer.get_weights())
            # The pooling between the layers commutes with adding the bias.
            last, scale = layers[-1], gamma / np.sqrt(variance + layer.epsilon)
            layers[-1] = WeightLayer(last.kernel, scale, beta + (last.shift - mean) * scale)
    last = layers[-1]
    # A softmax whose logits are divided by the temperature is calibrated.
    layers[-1] = WeightLayer(last.kernel, last.scale / np.float32(temperature), last.shift / np.float32(temperature))
    return tuple(layers)


if __name__ == "__main__":
    main()
