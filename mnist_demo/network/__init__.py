"""Layers, the networks made of them, their shapes and cost; and, on demand, the Keras model.

Only `build_model` needs Keras, and it is imported when it is first asked for, so that the server never loads
Keras.
"""

from typing import TYPE_CHECKING, Any

from mnist_demo.dimensions import CLASSES, IMAGE_CHANNELS, IMAGE_SIDE
from mnist_demo.network.analysis import analyse
from mnist_demo.network.choices import ActivationName, Initializer, Padding
from mnist_demo.network.layers import (
    LAYER_TYPES,
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
    LayerError,
    MaxPooling2D,
    Normalization,
    layer_name,
)
from mnist_demo.network.network import Network, NetworkError, layers_from_json
from mnist_demo.network.report import (
    MAX_BATCH_FEATURE_VALUES,
    MAX_FEATURE_VALUES,
    MAX_LAYERS,
    MAX_MULTIPLY_ADDS,
    MAX_PARAMETERS,
    Hint,
    LayerReport,
    NetworkReport,
    Problem,
)
from mnist_demo.network.serialization import layer_from_json, layer_to_json
from mnist_demo.network.shapes import ProblemKind

if TYPE_CHECKING:
    from mnist_demo.network.build import build_model

__all__ = [
    "CLASSES",
    "IMAGE_CHANNELS",
    "IMAGE_SIDE",
    "LAYER_TYPES",
    "MAX_BATCH_FEATURE_VALUES",
    "MAX_FEATURE_VALUES",
    "MAX_LAYERS",
    "MAX_MULTIPLY_ADDS",
    "MAX_PARAMETERS",
    "Activation",
    "ActivationName",
    "AveragePooling2D",
    "BatchNormalization",
    "Conv2D",
    "Dense",
    "DepthwiseConv2D",
    "Dropout",
    "Flatten",
    "GlobalAveragePooling2D",
    "Hint",
    "Initializer",
    "Layer",
    "LayerError",
    "LayerReport",
    "MaxPooling2D",
    "Network",
    "NetworkError",
    "NetworkReport",
    "Normalization",
    "Padding",
    "Problem",
    "ProblemKind",
    "analyse",
    "build_model",
    "layer_from_json",
    "layer_name",
    "layer_to_json",
    "layers_from_json",
]


def __getattr__(name: str) -> Any:
    if name == "build_model":
        from mnist_demo.network.build import build_model

        return build_model
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
