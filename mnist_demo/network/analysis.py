"""What a network would be, layer by layer, and why it cannot work if it cannot: arithmetic only, no Keras."""

import functools
from collections.abc import Sequence
from itertools import islice

from mnist_demo.dimensions import CLASSES, IMAGE_CHANNELS, IMAGE_SIDE
from mnist_demo.network.hints import hints
from mnist_demo.network.layers import Dense, Flatten, GlobalAveragePooling2D, Layer, layer_name
from mnist_demo.network.problems import Misfit, excesses, root_causes, too_many
from mnist_demo.network.report import MAX_LAYERS, LayerReport, NetworkReport
from mnist_demo.network.shapes import Map, Outcome, Signal, Vector, image, outcome, receptive_field


def analyse(layers: Sequence[Layer]) -> NetworkReport:
    """Report on the network of these hidden layers, between the image (28, 28, 1) and the final Dense 10.

    Never raises for valid layers. After a problem it goes on as far as it makes sense: a layer that needs a
    map and gets a vector is passed over, and a Dense layer that gets a map goes on as if it had been
    flattened. Each root cause is one problem, and its consequences are quiet: layers that follow from it, sizes that
    are not certain before it is mended, and hints.

    Args:
        layers: Any number of layers; those beyond `MAX_LAYERS` are named but not analysed.
    """
    return _analysed(tuple(layers))


# Every page shows the parameters of the current network.
@functools.lru_cache(maxsize=256)
def _analysed(layers: tuple[Layer, ...]) -> NetworkReport:
    final = Dense(CLASSES)
    signal: Signal = image(IMAGE_SIDE, IMAGE_CHANNELS)
    vector_since, is_certain = 0, True
    rows: list[LayerReport] = []
    misfits: list[Misfit] = []
    for index, layer in enumerate((*layers, final), start=1):
        is_final = index > len(layers)
        if index > MAX_LAYERS and len(layers) > MAX_LAYERS:
            rows.append(_row(index, layer, is_final, None, Outcome(signal)))
            continue
        result = outcome(layer, signal)
        if result.problem is not None:
            misfits.append(Misfit(index, result.problem, signal, vector_since))
        rows.append(_row(index, layer, is_final, signal, result))
        becomes_vector = isinstance(signal, Map) and isinstance(result.signal, Vector)
        # After a Dense layer on a map, the layer that was meant to make the vector comes later.
        if becomes_vector or (not is_certain and isinstance(layer, Flatten | GlobalAveragePooling2D)):
            vector_since, is_certain = index, result.problem is None
        signal = result.signal
    problems = (*root_causes(layers, misfits), *too_many(layers))
    if not problems:
        problems = tuple(islice(excesses(layers, rows), 1))
    return NetworkReport(tuple(rows), problems, () if problems else tuple(hints(layers)))


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
