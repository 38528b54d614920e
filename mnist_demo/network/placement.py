"""Where a layer can be added to a network so that the network works."""

from collections.abc import Iterator, Sequence

from mnist_demo.network.analysis import analyse
from mnist_demo.network.layers import (
    AveragePooling2D,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    Normalization,
)
from mnist_demo.network.report import MAX_LAYERS

Insertion = tuple[int, Layer]
"""A place, from 0 in the layers as they were, and the layer to put before the layer at that place."""


def usual_place(layers: Sequence[Layer], kind: type[Layer]) -> int:
    """Return the likely place of a new layer of a type, from 0, in a network that has room for it.

    Layers that work on a map go before the first layer that needs or makes a vector, a Normalization goes before
    everything, and all others go to the end.
    """
    if issubclass(kind, Normalization):
        return 0
    if issubclass(kind, Conv2D | DepthwiseConv2D | MaxPooling2D | AveragePooling2D | GlobalAveragePooling2D):
        return _first_vector(layers)
    return len(layers)


def working_places(layers: Sequence[Layer], layer: Layer) -> list[int]:
    """Return the places, from 0, where a layer can be added without a further problem, the likely place first.

    Places that need a Flatten as well count only if the layer works at no place by itself.
    """
    problems, places = len(analyse(layers).problems), _places(layers, type(layer))
    alone = [place for place in places if _problems(layers, ((place, layer),)) <= problems]
    return alone or [
        place for place in places if any(_problems(layers, way) <= problems for way in _ways(layers, layer, place))
    ]


def insertions(layers: Sequence[Layer], layer: Layer, place: int | None = None) -> tuple[Insertion, ...]:
    """Return what to insert to add a layer: the layer, and a Flatten if the network lacks the Flatten.

    Args:
        layers: The layers as they are.
        layer: The layer to add.
        place: The place to add the layer, from 0. Without a place, the layer goes to the place nearest to its usual
            place that causes no problem.
    """
    places = _places(layers, type(layer)) if place is None else [max(0, min(place, len(layers)))]
    ways = [way for each in places for way in _ways(layers, layer, each)]
    # `min` keeps the first of equals, and a network without a problem needs no further search.
    works = next((way for way in ways if not _problems(layers, way)), None)
    return works if works is not None else min(ways, key=lambda way: _problems(layers, way))


def _ways(layers: Sequence[Layer], layer: Layer, place: int) -> Iterator[tuple[Insertion, ...]]:
    """Yield the ways to add a layer at a place: alone, or with a Flatten before the first Dense from there on."""
    yield ((place, layer),)
    if len(layers) + 2 > MAX_LAYERS or isinstance(layer, Flatten):
        return
    if isinstance(layer, Dense):
        yield ((place, Flatten()), (place, layer))
    dense = next((at for at, each in enumerate(layers) if at >= place and isinstance(each, Dense)), len(layers))
    yield ((place, layer), (dense, Flatten()))


def inserted(layers: Sequence[Layer], added: Sequence[Insertion]) -> list[Layer]:
    """Return the layers with insertions; of two at the same place, the first comes first."""
    result = list(layers)
    for shift, (place, layer) in enumerate(added):
        result.insert(place + shift, layer)
    return result


def _problems(layers: Sequence[Layer], added: Sequence[Insertion]) -> int:
    return len(analyse(inserted(layers, added)).problems)


def _places(layers: Sequence[Layer], kind: type[Layer]) -> list[int]:
    """Return all places, the usual place first, then those nearest to it."""
    usual = usual_place(layers, kind)
    return sorted(range(len(layers) + 1), key=lambda place: (abs(place - usual), place))


def _first_vector(layers: Sequence[Layer]) -> int:
    kinds = Flatten | GlobalAveragePooling2D | Dense
    return next((place for place, each in enumerate(layers) if isinstance(each, kinds)), len(layers))
