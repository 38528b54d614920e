"""Keras layers made from a spec's JSON, without the build rules under test."""

from collections.abc import Sequence
from typing import Any

from mnist_demo.backend import keras
from mnist_demo.network import Layer, layer_to_json


def keras_layer(layer: Layer, **overrides: Any) -> Any:
    """Return Keras' layer of the same name, with the fields of the spec as its arguments."""
    config = layer_to_json(layer)
    kind = config.pop("type")
    config.pop("l2", None)
    config.pop("kernel_initializer", None)
    if kind == "Normalization":
        config = {"mean": config["mean"], "variance": config["std"] ** 2}
    return getattr(keras.layers, kind)(**config, **overrides)


def all_ones_model(layers: Sequence[Layer]) -> Any:
    """Return a Keras model of the hidden layers whose weights are 1 and biases 0, so no two inputs cancel."""
    model = keras.Sequential([keras.Input((28, 28, 1)), *(keras_layer(layer, **_ones(layer)) for layer in layers)])
    model.trainable = False
    return model


def _ones(layer: Layer) -> dict[str, Any]:
    names = {"Conv2D": "kernel", "Dense": "kernel", "DepthwiseConv2D": "depthwise"}
    return {f"{names[layer.type_name]}_initializer": "ones"} if layer.type_name in names else {}
