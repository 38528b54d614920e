"""What a network would be, layer by layer, and why it cannot work if it cannot: arithmetic only, no Keras."""

import functools
from collections.abc import Callable, Iterator, Sequence

from mnist_demo.dimensions import CLASSES, IMAGE_CHANNELS, IMAGE_SIDE
from mnist_demo.network.hints import hints
from mnist_demo.network.layers import (
    AveragePooling2D,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Layer,
    MaxPooling2D,
    layer_name,
)
from mnist_demo.network.report import (
    MAX_FEATURE_VALUES,
    MAX_LAYERS,
    MAX_MULTIPLY_ADDS,
    MAX_PARAMETERS,
    LayerReport,
    NetworkReport,
    Problem,
)
from mnist_demo.network.shapes import (
    Map,
    Outcome,
    ProblemKind,
    Signal,
    Vector,
    image,
    outcome,
    receptive_field,
)


def analyse(layers: Sequence[Layer]) -> NetworkReport:
    """Report on the network of these hidden layers, between the image (28, 28, 1) and the final Dense 10.

    Never raises for valid layers. After a problem it goes on as far as it makes sense: a layer that needs a
    map and gets a vector is passed over, and a Dense layer that gets a map goes on as if it had been
    flattened.

    Args:
        layers: Any number of layers; those beyond `MAX_LAYERS` are named but not analysed.
    """
    return _analysed(tuple(layers))


# Every page shows the parameters of the current network.
@functools.lru_cache(maxsize=256)
def _analysed(layers: tuple[Layer, ...]) -> NetworkReport:
    final = Dense(CLASSES)
    signal: Signal = image(IMAGE_SIDE, IMAGE_CHANNELS)
    vector_since = 0
    rows: list[LayerReport] = []
    problems: list[Problem] = []
    too_many = len(layers) > MAX_LAYERS
    for index, layer in enumerate((*layers, final), start=1):
        is_final = index > len(layers)
        if index > MAX_LAYERS and too_many:
            rows.append(_row(index, layer, is_final, None, Outcome(signal)))
            continue
        result = outcome(layer, signal)
        if result.problem is not None:
            message = _misfit(index, layers, is_final, signal, result.problem, vector_since)
            problems.append(Problem(index, result.problem, message))
        rows.append(_row(index, layer, is_final, signal, result))
        if isinstance(signal, Map) and isinstance(result.signal, Vector):
            vector_since = index
        signal = result.signal
    problems.extend(_bounds(layers, rows))
    return NetworkReport(tuple(rows), tuple(problems), tuple(hints(layers)))


def _row(index: int, layer: Layer, is_final: bool, source: Signal | None, result: Outcome) -> LayerReport:
    name = "output" if is_final else layer_name(index, layer)
    title = f"{layer.label} · softmax" if is_final else layer.summary()
    if source is None or source.shape is None or result.problem is not None:
        return LayerReport(index, name, title, None, 0, 0, 0, 0)
    return LayerReport(
        index,
        name,
        title,
        result.signal.shape,
        result.trainable,
        result.non_trainable,
        result.multiply_adds,
        receptive_field(result.signal),
    )


def _misfit(
    index: int, layers: Sequence[Layer], is_final: bool, signal: Signal, kind: ProblemKind, vector_since: int
) -> str:
    """Describe a shape problem in a learner's words: the layer, its input, and what would help."""
    shape = signal.shape
    got = _map(shape) if shape else "a map"
    if is_final:
        return (
            f"The final layer, Dense {CLASSES}, gets {got}, but it needs a vector. "
            "Put Flatten or GlobalAveragePooling2D at the end."
        )
    layer = layers[index - 1]
    who = f"Layer {index}, {layer.label},"
    match kind:
        case ProblemKind.NEEDS_MAP:
            culprit = f"layer {vector_since}, {layers[vector_since - 1].label}"
            return (
                f"{who} needs a map, but {culprit}, has made a vector of it. "
                f"Put layer {index} before layer {vector_since}, or remove it."
            )
        case ProblemKind.NEEDS_VECTOR:
            return (
                f"{who} gets {got}, but it needs a vector. "
                "Put Flatten or GlobalAveragePooling2D before it, or use Conv2D 1×1 on every pixel."
            )
        case _:
            return f"{who} {_too_small(layer, shape[0] if shape else 0, layers[: index - 1])}"


def _too_small(layer: Layer, side: int, before: Sequence[Layer]) -> str:
    """Describe the problem of a window that is larger than the map of `side` pixels, and what would help."""
    is_pooling = isinstance(layer, MaxPooling2D | AveragePooling2D)
    if is_pooling and side == 1:
        return "gets a 1×1 map: there is nothing left to pool. Remove it, or a pooling layer before it."
    window = "window" if is_pooling else "kernel"
    has_pooling = any(isinstance(item, MaxPooling2D | AveragePooling2D) for item in before)
    last_resort = "one pooling layer fewer" if has_pooling else "padding 'same' in the layers before it"
    return (
        f"gets {_map((side, side))}: the {window} does not fit. "
        f"Use padding 'same', a smaller {window}, or {last_resort}."
    )


def _map(shape: tuple[int, ...]) -> str:
    article = "an" if shape[0] in (8, 11, 18) else "a"
    return f"{article} {'×'.join(map(str, shape))} map"


def _bounds(layers: Sequence[Layer], rows: Sequence[LayerReport]) -> Iterator[Problem]:
    """Yield the problems of a network that is too large for a shared server, each at the layer that weighs most."""
    extra = len(layers) - MAX_LAYERS
    if extra > 0:
        message = (
            f"The network has {len(layers)} layers, and this lab allows {MAX_LAYERS} before the final one. "
            f"Remove {extra} of them."
        )
        yield Problem(MAX_LAYERS + 1, ProblemKind.TOO_MANY_LAYERS, message)

    def too_much(kind: ProblemKind, limit: int, what: str, measure: Callable[[LayerReport], int]) -> Iterator[Problem]:
        total = sum(map(measure, rows))
        if total > limit:
            largest = max(rows, key=measure)
            name = f"Layer {largest.index}, {_label(layers, largest)},"
            message = (
                f"The network has {_count(total)} {what}, and this lab allows {limit:,}. "
                f"{name} alone has {_count(measure(largest))}: use {_cheaper(layers, largest.index)}."
            )
            yield Problem(largest.index, kind, message)

    yield from too_much(ProblemKind.TOO_MANY_PARAMETERS, MAX_PARAMETERS, "parameters", lambda row: row.parameters)
    yield from too_much(
        ProblemKind.TOO_MANY_MULTIPLY_ADDS,
        MAX_MULTIPLY_ADDS,
        "multiply-adds per image",
        lambda row: row.multiply_adds,
    )
    yield from too_much(
        ProblemKind.TOO_MANY_VALUES,
        MAX_FEATURE_VALUES,
        "values to keep per image while it trains",
        lambda row: row.feature_values,
    )


def _label(layers: Sequence[Layer], row: LayerReport) -> str:
    return f"Dense {CLASSES}" if row.index > len(layers) else layers[row.index - 1].label


def _cheaper(layers: Sequence[Layer], index: int) -> str:
    """Say what makes the layer at `index` (from 1) cheaper."""
    match layers[index - 1] if index <= len(layers) else None:
        case Conv2D():
            return "fewer filters, a smaller kernel, or a pooling layer before it"
        case DepthwiseConv2D():
            return "a smaller depth multiplier, a smaller kernel, or a pooling layer before it"
        case Dense():
            return "fewer units, or a pooling layer before Flatten"
        case _:
            return "a pooling layer before it, or fewer channels"


def _count(number: int) -> str:
    # Depth multipliers multiply: 24 of them reach numbers that nobody wants to read.
    return f"{number:,}" if number < 10**12 else f"over {10**12:,}"
