"""Why the layers of a network cannot work together, in a learner's words: one problem for each root cause."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from mnist_demo.dimensions import CLASSES
from mnist_demo.network.layers import AveragePooling2D, Conv2D, Dense, DepthwiseConv2D, Layer, MaxPooling2D
from mnist_demo.network.report import (
    MAX_FEATURE_VALUES,
    MAX_LAYERS,
    MAX_MULTIPLY_ADDS,
    MAX_PARAMETERS,
    LayerReport,
    Problem,
)
from mnist_demo.network.shapes import ProblemKind, Signal


@dataclass(frozen=True)
class Misfit:
    """A layer that cannot work on the signal that reaches it.

    Attributes:
        index: The layer, from 1; the final Dense 10 comes last.
        kind: The reason.
        signal: The signal that reaches the layer.
        vector_since: The layer that made a vector of the map, from 1; 0 while the signal is a map.
    """

    index: int
    kind: ProblemKind
    signal: Signal
    vector_since: int


def root_causes(layers: Sequence[Layer], misfits: Sequence[Misfit]) -> Iterator[Problem]:
    """Yield one problem for each root cause of some misfits; what only follows from another misfit is left out.

    Several layers that need a map after the same layer made a vector have one cause. Layers after a Dense layer that
    itself gets a map have none of their own.

    Args:
        layers: The hidden layers.
        misfits: Every layer that cannot work, in order.
    """
    explained = {misfit.index for misfit in misfits if misfit.kind is ProblemKind.NEEDS_VECTOR}
    for misfit in misfits:
        if misfit.kind is ProblemKind.NEEDS_MAP:
            if misfit.vector_since in explained:
                continue
            explained.add(misfit.vector_since)
        alike = [
            each.index for each in misfits if each.kind is misfit.kind and each.vector_since == misfit.vector_since
        ]
        yield Problem(misfit.index, misfit.kind, _message(layers, misfit, alike))


def _message(layers: Sequence[Layer], misfit: Misfit, alike: Sequence[int]) -> str:
    """Describe a misfit in a learner's words: the layer, its input, and what would help.

    Args:
        layers: The hidden layers.
        misfit: The first misfit of its cause.
        alike: The places of all layers with this cause.
    """
    index, shape = misfit.index, misfit.signal.shape
    got = _map(shape) if shape else "a map"
    if index > len(layers):
        return (
            f"The final layer, Dense {CLASSES}, gets {got}, but it needs a vector. "
            "Put Flatten or GlobalAveragePooling2D at the end."
        )
    layer = layers[index - 1]
    who = f"Layer {index}, {layer.label},"
    match misfit.kind:
        case ProblemKind.NEEDS_MAP:
            return _needs_map(layers, misfit, who, alike)
        case ProblemKind.NEEDS_VECTOR:
            return (
                f"{who} gets {got}, but it needs a vector. "
                "Put Flatten or GlobalAveragePooling2D before it, or use Conv2D 1×1 on every pixel."
            )
        case _:
            return f"{who} {_too_small(layer, shape[0] if shape else 0, layers[: index - 1])}"


def _needs_map(layers: Sequence[Layer], misfit: Misfit, who: str, alike: Sequence[int]) -> str:
    vector = misfit.vector_since
    culprit = f"layer {vector}, {layers[vector - 1].label}"
    if len(alike) == 1:
        return (
            f"{who} needs a map, but {culprit}, has made a vector of it. "
            f"Put layer {misfit.index} before layer {vector}, or remove it."
        )
    last = alike[-1]
    # A Dense layer between them needs the vector, so the vector cannot be made later.
    is_movable = not any(isinstance(layer, Dense) for layer in layers[vector - 1 : last])
    advice = f"Move layer {vector} behind layer {last}." if is_movable else f"Put them before layer {vector}."
    return f"{who} and {len(alike) - 1} more after it need a map, but {culprit}, has made a vector of it. {advice}"


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


def too_many(layers: Sequence[Layer]) -> Iterator[Problem]:
    """Yield the problem of a network with more layers than the lab allows."""
    extra = len(layers) - MAX_LAYERS
    if extra > 0:
        message = (
            f"The network has {len(layers)} layers, and this lab allows {MAX_LAYERS} before the final one. "
            f"Remove {extra} of them."
        )
        yield Problem(MAX_LAYERS + 1, ProblemKind.TOO_MANY_LAYERS, message)


def excesses(layers: Sequence[Layer], rows: Sequence[LayerReport]) -> Iterator[Problem]:
    """Yield the problems of a network that is too large for a shared server, each at the layer that weighs most."""

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
