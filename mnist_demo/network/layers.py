"""The layers that a learner can put between the image and the final Dense 10, as frozen specs without Keras.

The fields are Keras' own arguments (`l2` stands for its `kernel_regularizer`) with their bounds, from which the
Design page makes its editors. Kernels and windows are square, and every layer with weights has biases. A new
layer is one dataclass here, one shape rule in `shapes.py` and one build rule in `build.py`.
"""

import re
from dataclasses import dataclass
from typing import ClassVar, get_args

from mnist_demo.fields import FieldError, check, choice, integer, real
from mnist_demo.network.choices import ActivationName, Initializer, Padding

# What is said of options that several layers share.
_KERNEL_SIZE = "Side of the square that the kernel covers, in pixels of the map."
_STRIDES = "Pixels that the kernel moves between two outputs; 2 halves the map."
_PADDING = "Valid stays inside the map, which shrinks; same adds zeros around it and keeps its size."
_ACTIVATION = "Function applied to each value; without one, layers merge into a single sum."
_INITIALIZER = "How the weights are drawn before training. He suits relu, LeCun suits selu."
_L2 = "Weight of the penalty on large weights; 0 is none, 0.0001 is gentle."


class LayerError(FieldError):
    """A layer cannot be made; the message names the layer, the field, the value and what is accepted."""


@dataclass(frozen=True)
class LayerSpec:
    """What all layers share: validation on construction and the words that name them.

    Raises:
        LayerError: On construction, if a field's value is not accepted.
    """

    description: ClassVar[str]

    def __post_init__(self) -> None:
        try:
            check(self)
        except FieldError as refusal:
            raise LayerError(str(refusal)) from None

    @property
    def type_name(self) -> str:
        """The name of the layer's class, which is Keras' own."""
        return type(self).__name__

    @property
    def label(self) -> str:
        """The layer in two words, as messages name it: `Conv2D 5×5`."""
        return self.type_name

    def summary(self) -> str:
        """Describe the layer in one line, without the fields that have no effect: `Conv2D 8 · 5×5 · relu`."""
        return self.label


@dataclass(frozen=True)
class Conv2D(LayerSpec):
    """Convolution: `filters` kernels slide over the map, and each makes a map of its own."""

    description: ClassVar[str] = (
        "Slides small kernels over the map. Each learns one pattern, such as an edge or a corner, "
        "and marks where it finds it."
    )

    filters: int = integer(8, 1, 512, "Number of patterns to learn; each makes one output map.")
    kernel_size: int = integer(3, 1, 11, _KERNEL_SIZE)
    strides: int = integer(1, 1, 8, _STRIDES)
    padding: Padding = choice(Padding.VALID, _PADDING)
    activation: ActivationName = choice(ActivationName.LINEAR, _ACTIVATION)
    kernel_initializer: Initializer = choice(Initializer.GLOROT_UNIFORM, _INITIALIZER)
    l2: float = real(0.0, 0.0, 1.0, _L2, step=0.0001)

    @property
    def label(self) -> str:
        return f"Conv2D {_square(self.kernel_size)}"

    def summary(self) -> str:
        window = _window(self.strides, 1, self.padding)
        kernels = (f"Conv2D {self.filters}", _square(self.kernel_size))
        return _line(*kernels, *window, *_weights(self.activation, self.l2))


@dataclass(frozen=True)
class DepthwiseConv2D(LayerSpec):
    """Depthwise convolution: `depth_multiplier` kernels slide over each channel, and none mixes two."""

    description: ClassVar[str] = (
        "Slides one kernel over each channel by itself: far fewer weights than Conv2D. "
        "A Conv2D 1×1 after it mixes the channels."
    )

    kernel_size: int = integer(3, 1, 11, _KERNEL_SIZE)
    strides: int = integer(1, 1, 8, _STRIDES)
    padding: Padding = choice(Padding.VALID, _PADDING)
    depth_multiplier: int = integer(1, 1, 8, "Kernels for each channel of the map.")
    activation: ActivationName = choice(ActivationName.LINEAR, _ACTIVATION)
    kernel_initializer: Initializer = choice(Initializer.GLOROT_UNIFORM, _INITIALIZER)
    l2: float = real(0.0, 0.0, 1.0, _L2, step=0.0001)

    @property
    def label(self) -> str:
        return f"DepthwiseConv2D {_square(self.kernel_size)}"

    def summary(self) -> str:
        multiplier = [f"multiplier {self.depth_multiplier}"] if self.depth_multiplier > 1 else []
        window = _window(self.strides, 1, self.padding)
        return _line(self.label, *multiplier, *window, *_weights(self.activation, self.l2))


@dataclass(frozen=True)
class _Pooling2D(LayerSpec):
    """A window that sums up each channel by itself and learns nothing. `strides=None` means `pool_size`."""

    # Above 7 a window costs more than a convolution and says less than GlobalAveragePooling2D.
    pool_size: int = integer(2, 1, 7, "Side of the square that is summed up in one value.")
    strides: int | None = integer(
        None, 1, 8, "Pixels that the window moves between two outputs; left empty, its own side."
    )
    padding: Padding = choice(Padding.VALID, _PADDING)

    @property
    def stride(self) -> int:
        """The stride in pixels, whether given or not."""
        return self.pool_size if self.strides is None else self.strides

    @property
    def label(self) -> str:
        return f"{self.type_name} {_square(self.pool_size)}"

    def summary(self) -> str:
        return _line(self.label, *_window(self.stride, self.pool_size, self.padding))


@dataclass(frozen=True)
class MaxPooling2D(_Pooling2D):
    """The largest value of each window."""

    description: ClassVar[str] = (
        "Keeps the strongest answer of each window: the map gets smaller, and a digit may move a pixel."
    )


@dataclass(frozen=True)
class AveragePooling2D(_Pooling2D):
    """The mean of each window; padded zeros are not counted."""

    description: ClassVar[str] = "Keeps the mean of each window: the map gets smaller and smoother."


@dataclass(frozen=True)
class GlobalAveragePooling2D(LayerSpec):
    """The mean of each channel over the whole map: a map becomes a vector with one value per channel."""

    description: ClassVar[str] = (
        "Sums up each channel in its mean: a map becomes a short vector of what was found, no longer where."
    )


@dataclass(frozen=True)
class BatchNormalization(LayerSpec):
    """Each channel is brought to mean 0 and spread 1 over the batch, then scaled and shifted as learned.

    `momentum` is the share of the moving statistics kept at each batch. Keras' 0.99 leaves half of the
    initial ones after a short epoch, hence 0.9.
    """

    description: ClassVar[str] = (
        "Brings each channel to mean 0 and spread 1 over the batch, then learns a scale and a shift: "
        "training bears a higher learning rate."
    )

    momentum: float = real(
        0.9,
        0.0,
        0.999,
        "Share of the old statistics kept at each batch; short training wants 0.6 to 0.9.",
        step=0.05,
    )


@dataclass(frozen=True)
class Activation(LayerSpec):
    """A function applied to every value by itself."""

    description: ClassVar[str] = (
        "Applies one function to each value: the bend that makes many layers more than one sum."
    )

    activation: ActivationName = choice(ActivationName.RELU, _ACTIVATION)

    @property
    def label(self) -> str:
        return f"Activation {self.activation}"


@dataclass(frozen=True)
class Dropout(LayerSpec):
    """While training, a share `rate` of the values is set to zero and the others are scaled up to match."""

    description: ClassVar[str] = (
        "Silences a random share of the values while training, so that no unit relies on another. "
        "It does nothing when the network is used."
    )

    # A rate of 1 would silence everything, and nothing would be learned.
    rate: float = real(0.5, 0.0, 0.95, "Share of the values silenced at each batch.", step=0.05)

    @property
    def label(self) -> str:
        return f"Dropout {self.rate:g}"


@dataclass(frozen=True)
class Flatten(LayerSpec):
    """A map becomes a vector, row by row; no value changes."""

    description: ClassVar[str] = "Lays the values of the map out in one row, as Dense layers need them."


@dataclass(frozen=True)
class Dense(LayerSpec):
    """Every unit is a weighted sum of all values of the vector."""

    description: ClassVar[str] = (
        "Joins every value to every unit: it combines all that was found, at the price of many weights."
    )

    units: int = integer(64, 1, 4096, "Number of outputs; each has a weight for every input.")
    activation: ActivationName = choice(ActivationName.LINEAR, _ACTIVATION)
    kernel_initializer: Initializer = choice(Initializer.GLOROT_UNIFORM, _INITIALIZER)
    l2: float = real(0.0, 0.0, 1.0, _L2, step=0.0001)

    @property
    def label(self) -> str:
        return f"Dense {self.units}"

    def summary(self) -> str:
        return _line(self.label, *_weights(self.activation, self.l2))


@dataclass(frozen=True)
class Normalization(LayerSpec):
    """Standardisation with fixed figures, (value - `mean`) / `std`; it learns nothing.

    The defaults are the mean and the standard deviation of MNIST's training pixels in [0, 1].
    """

    description: ClassVar[str] = (
        "Shifts and scales the pixels to mean 0 and spread 1 with fixed figures, which speeds up the start."
    )

    mean: float = real(0.1307, -10.0, 10.0, "Value that becomes 0.", step=0.01)
    std: float = real(0.3081, 0.001, 10.0, "Spread that becomes 1.", step=0.01)

    def summary(self) -> str:
        return _line(self.type_name, f"mean {self.mean:g}", f"std {self.std:g}")


Layer = (
    Conv2D
    | DepthwiseConv2D
    | MaxPooling2D
    | AveragePooling2D
    | GlobalAveragePooling2D
    | BatchNormalization
    | Activation
    | Dropout
    | Flatten
    | Dense
    | Normalization
)

LAYER_TYPES: dict[str, type[Layer]] = {kind.__name__: kind for kind in get_args(Layer)}


def layer_name(index: int, layer: Layer) -> str:
    """Return the name of the Keras layer that is built for the layer at `index` (from 1): `01_conv2d`."""
    snake_case = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", "_", layer.type_name).lower()
    return f"{index:02d}_{snake_case}"


def _square(side: int) -> str:
    return f"{side}×{side}"


def _window(stride: int, usual_stride: int, padding: Padding) -> list[str]:
    parts = [f"stride {stride}"] if stride != usual_stride else []
    return [*parts, "same"] if padding is Padding.SAME else parts


def _weights(activation: ActivationName, l2: float) -> list[str]:
    parts = [str(activation)] if activation is not ActivationName.LINEAR else []
    return [*parts, f"L2 {l2:g}"] if l2 else parts


def _line(*parts: str) -> str:
    return " · ".join(parts)
