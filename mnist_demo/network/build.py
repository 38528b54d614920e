"""A network as a Keras model. Worker world: importing this module imports Keras."""

from typing import Any, assert_never

import numpy as np

from mnist_demo.backend import keras
from mnist_demo.dimensions import CLASSES, IMAGE_CHANNELS, IMAGE_SIDE
from mnist_demo.network.choices import Initializer
from mnist_demo.network.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    Normalization,
    layer_name,
)
from mnist_demo.network.network import Network

# A visitor's ~/.keras/keras.json may ask for other defaults; the lab's models are the same everywhere.
_FLOATS = {"dtype": "float32"}
_MAPS = {"data_format": "channels_last", **_FLOATS}

_INITIALIZERS: dict[Initializer, Any] = {
    Initializer.GLOROT_UNIFORM: keras.initializers.GlorotUniform,
    Initializer.GLOROT_NORMAL: keras.initializers.GlorotNormal,
    Initializer.HE_UNIFORM: keras.initializers.HeUniform,
    Initializer.HE_NORMAL: keras.initializers.HeNormal,
    Initializer.LECUN_NORMAL: keras.initializers.LecunNormal,
    Initializer.VARIANCE_SCALING: keras.initializers.VarianceScaling,
}


def build_model(network: Network, seed: int | None = None) -> keras.Sequential:
    """Build the Keras model of a network, without compiling the model.

    Example:
        >>> from mnist_demo.data import load_mnist
        >>> from mnist_demo.network import build_model
        >>> from mnist_demo.presets import PRESETS
        >>> model = build_model(PRESETS["codelab"].network, seed=0)
        >>> images = load_mnist().test.images[:3, :, :, None].astype("float32") / 255
        >>> model(images).shape, model.count_params(), model.layers[0].name
        (TensorShape([3, 10]), 5994, '01_conv2d')

    Args:
        network: The layers before the output layer.
        seed: Any int from 0. The same seed gives the same initial weights and the same dropout. Each layer draws
            from a seed of its own, so a change in one layer leaves the weights of the layers before as they are.
            Without a seed, the model uses Keras' global one (`keras.utils.set_random_seed`).

    Returns:
        A `keras.Sequential`, float32 (n, 28, 28, 1) in [0, 1] to float32 (n, 10) probabilities. The layers have the
        names of the network's report: `01_conv2d`, …, `output`.

    Raises:
        ValueError: If the seed is negative.
    """
    image = keras.Input((IMAGE_SIDE, IMAGE_SIDE, IMAGE_CHANNELS), dtype="float32", name="image")
    layers = [
        _keras_layer(layer, layer_name(index, layer), _layer_seed(seed, index))
        for index, layer in enumerate(network.layers, start=1)
    ]
    output_seed = _layer_seed(seed, len(network.layers) + 1)
    kernel_initializer = _initializer(network.output_initializer, output_seed)
    output = keras.layers.Dense(
        CLASSES, activation="softmax", kernel_initializer=kernel_initializer, name="output", **_FLOATS
    )
    # All at once: after each `add` the whole model would be built anew.
    return keras.Sequential([image, *layers, output], name="network")


def _keras_layer(layer: Layer, name: str, seed: int | None) -> Any:
    match layer:
        case Conv2D():
            return keras.layers.Conv2D(
                layer.filters,
                layer.kernel_size,
                strides=layer.strides,
                padding=str(layer.padding),
                activation=str(layer.activation),
                kernel_initializer=_initializer(layer.kernel_initializer, seed),
                kernel_regularizer=_regularizer(layer.l2),
                name=name,
                **_MAPS,
            )
        case DepthwiseConv2D():
            return keras.layers.DepthwiseConv2D(
                layer.kernel_size,
                strides=layer.strides,
                padding=str(layer.padding),
                depth_multiplier=layer.depth_multiplier,
                activation=str(layer.activation),
                depthwise_initializer=_initializer(layer.kernel_initializer, seed),
                depthwise_regularizer=_regularizer(layer.l2),
                name=name,
                **_MAPS,
            )
        case MaxPooling2D():
            return keras.layers.MaxPooling2D(
                layer.pool_size, strides=layer.stride, padding=str(layer.padding), name=name, **_MAPS
            )
        case AveragePooling2D():
            return keras.layers.AveragePooling2D(
                layer.pool_size, strides=layer.stride, padding=str(layer.padding), name=name, **_MAPS
            )
        case GlobalAveragePooling2D():
            return keras.layers.GlobalAveragePooling2D(name=name, **_MAPS)
        case BatchNormalization():
            return keras.layers.BatchNormalization(momentum=layer.momentum, name=name, **_FLOATS)
        case Activation():
            return keras.layers.Activation(str(layer.activation), name=name, **_FLOATS)
        case Dropout():
            return keras.layers.Dropout(layer.rate, seed=seed, name=name, **_FLOATS)
        case Flatten():
            return keras.layers.Flatten(name=name, **_MAPS)
        case Dense():
            return keras.layers.Dense(
                layer.units,
                activation=str(layer.activation),
                kernel_initializer=_initializer(layer.kernel_initializer, seed),
                kernel_regularizer=_regularizer(layer.l2),
                name=name,
                **_FLOATS,
            )
        case Normalization():
            return keras.layers.Normalization(mean=layer.mean, variance=layer.std**2, name=name, **_FLOATS)
        case _:
            assert_never(layer)


def _initializer(initializer: Initializer, seed: int | None) -> Any:
    if initializer is Initializer.ZEROS:
        return keras.initializers.Zeros()
    return _INITIALIZERS[initializer](seed=seed)


def _regularizer(l2: float) -> Any:
    return keras.regularizers.L2(l2) if l2 else None


def _layer_seed(seed: int | None, index: int) -> int | None:
    """Return a seed for one layer, such that neither two layers nor two near seeds draw the same numbers."""
    if seed is None:
        return None
    if seed < 0:
        raise ValueError(f"The seed must be a whole number from 0, not {seed}.")
    return int(np.random.SeedSequence((seed, index)).generate_state(1, np.uint32)[0] >> 1)
