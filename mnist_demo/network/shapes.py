"""What a layer does to the signal that reaches it: one rule per layer, by arithmetic alone.

A signal is a square map of channels or a vector, and carries the pixels of the image that its values depend
on. These are kept as exact spans along one side (all windows are square, so both sides are alike). Away from
the edges they have the size given by the formula r = 1 + Σ (k_l − 1) · Π_{i<l} s_i of Araujo, Norris & Sim,
"Computing Receptive Fields of Convolutional Neural Networks", Distill 2019,
https://doi.org/10.23915/distill.00021; at the edges, where the formula counts padding, they count pixels
only.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import assert_never

from mnist_demo.network.choices import Padding
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
)

# First and last pixel, both included, along one side of the image.
Span = tuple[int, int]


class ProblemKind(StrEnum):
    """Why a network cannot work, or may not."""

    WINDOW_DOES_NOT_FIT = "window_does_not_fit"
    NEEDS_MAP = "needs_map"
    NEEDS_VECTOR = "needs_vector"
    TOO_MANY_LAYERS = "too_many_layers"
    TOO_MANY_PARAMETERS = "too_many_parameters"
    TOO_MANY_MULTIPLY_ADDS = "too_many_multiply_adds"
    TOO_MANY_VALUES = "too_many_values"


@dataclass(frozen=True)
class Map:
    """A square map. `spans` holds one span per row (or column), or `None` when its size cannot be known."""

    channels: int
    spans: tuple[Span, ...] | None

    @property
    def shape(self) -> tuple[int, ...] | None:
        return None if self.spans is None else (len(self.spans), len(self.spans), self.channels)


@dataclass(frozen=True)
class Vector:
    """A vector. One value depends on a square of side `unit` at most, all of them together on `whole`."""

    length: int | None
    unit: int
    whole: Span | None

    @property
    def shape(self) -> tuple[int, ...] | None:
        return None if self.length is None else (self.length,)


Signal = Map | Vector


@dataclass(frozen=True)
class Outcome:
    """What leaves a layer and what it costs; where it cannot work, the problem and a signal to go on with."""

    signal: Signal
    trainable: int = 0
    non_trainable: int = 0
    multiply_adds: int = 0
    problem: ProblemKind | None = None


def image(side: int, channels: int) -> Map:
    """Return the signal that enters the network: each pixel depends on itself."""
    return Map(channels, tuple((pixel, pixel) for pixel in range(side)))


def receptive_field(signal: Signal) -> int:
    """Return the side of the largest square of the image, in pixels, that one value depends on; 0 if unknown."""
    if isinstance(signal, Vector):
        return signal.unit
    return max((_length(span) for span in signal.spans or ()), default=0)


def outcome(layer: Layer, signal: Signal) -> Outcome:
    """Compute what `layer` makes of `signal`. A problem is part of the answer, not an error.

    Parameters are counted as Keras does: biases are included; the moving statistics of BatchNormalization are
    non-trainable. Multiply-adds are those of convolutions and Dense layers for one image, padded zeros
    included, the convention of the literature, in which pooling, normalisation and activations count as
    nothing.
    """
    match layer:
        case Conv2D() | DepthwiseConv2D() | MaxPooling2D() | AveragePooling2D() | GlobalAveragePooling2D():
            if isinstance(signal, Vector):
                return Outcome(signal, problem=ProblemKind.NEEDS_MAP)
            return _of_map(layer, signal)
        case Dense():
            return _dense(layer, signal)
        case BatchNormalization():
            channels = signal.channels if isinstance(signal, Map) else signal.length or 0
            return Outcome(signal, trainable=2 * channels, non_trainable=2 * channels)
        case Flatten():
            return Outcome(_flat(signal))
        case Activation() | Dropout() | Normalization():
            return Outcome(signal)
        case _:
            assert_never(layer)


def _of_map(
    layer: Conv2D | DepthwiseConv2D | MaxPooling2D | AveragePooling2D | GlobalAveragePooling2D, source: Map
) -> Outcome:
    match layer:
        case Conv2D():
            weights = layer.kernel_size**2 * source.channels * layer.filters
            target = _slide(source, layer.kernel_size, layer.strides, layer.padding)
            return _convolved(target, layer.filters, weights)
        case DepthwiseConv2D():
            channels = source.channels * layer.depth_multiplier
            target = _slide(source, layer.kernel_size, layer.strides, layer.padding)
            return _convolved(target, channels, layer.kernel_size**2 * channels)
        case MaxPooling2D() | AveragePooling2D():
            pooled = _slide(source, layer.pool_size, layer.stride, layer.padding)
            return pooled if isinstance(pooled, Outcome) else Outcome(pooled)
        case GlobalAveragePooling2D():
            whole = _whole(source)
            return Outcome(Vector(source.channels, _length(whole), whole))
        case _:
            assert_never(layer)


def _convolved(target: Map | Outcome, channels: int, weights: int) -> Outcome:
    """Return a convolution's outcome: each of its `weights` is used once at every position of its map."""
    if isinstance(target, Outcome):
        # The channels are known even where the size is not, and the layers that follow want to know them.
        return replace(target, signal=Map(channels, None))
    positions = 0 if target.spans is None else len(target.spans) ** 2
    return Outcome(Map(channels, target.spans), trainable=weights + channels, multiply_adds=weights * positions)


def _slide(source: Map, window: int, stride: int, padding: Padding) -> Map | Outcome:
    """Return the map with one value per position of a sliding window, or the problem that the window does not fit.

    Positions are TensorFlow's: `same` gives ceil(n / stride) of them and pads evenly, the odd zero at the
    end.
    """
    if source.spans is None:
        return source
    size = len(source.spans)
    if padding is Padding.SAME:
        count = -(-size // stride)
        before = max((count - 1) * stride + window - size, 0) // 2
    elif window > size:
        return Outcome(replace(source, spans=None), problem=ProblemKind.WINDOW_DOES_NOT_FIT)
    else:
        count = (size - window) // stride + 1
        before = 0
    starts = (position * stride - before for position in range(count))
    spans = tuple((source.spans[max(start, 0)][0], source.spans[min(start + window, size) - 1][1]) for start in starts)
    return replace(source, spans=spans)


def _dense(layer: Dense, signal: Signal) -> Outcome:
    # Keras would apply a Dense layer to each pixel of a map. That is a Conv2D 1×1, and hardly ever what was
    # meant.
    source = _flat(signal)
    target = Vector(layer.units, _length(source.whole), source.whole)
    if isinstance(signal, Map):
        return Outcome(target, problem=ProblemKind.NEEDS_VECTOR)
    if source.length is None:
        return Outcome(target)
    weights = source.length * layer.units
    return Outcome(target, trainable=weights + layer.units, multiply_adds=weights)


def _flat(signal: Signal) -> Vector:
    if isinstance(signal, Vector):
        return signal
    length = None if signal.spans is None else len(signal.spans) ** 2 * signal.channels
    return Vector(length, receptive_field(signal), _whole(signal))


def _whole(source: Map) -> Span | None:
    return None if source.spans is None else (source.spans[0][0], source.spans[-1][1])


def _length(span: Span | None) -> int:
    return 0 if span is None else span[1] - span[0] + 1
