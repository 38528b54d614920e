"""A network as a row of blocks, from the image to the ten outputs: the larger the block, the larger the shape.

A map is drawn as a stack of square sheets: the side is the map's side to scale, and the depth of the stack grows with
the square root of the number of channels. A vector is a column whose height grows with the logarithm of its length.
Layers that keep the shape and change only the values (activation, dropout, normalization) are thin plates behind the
block whose output they change.
"""

import base64
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_demo.network import (
    IMAGE_CHANNELS,
    IMAGE_SIDE,
    Activation,
    BatchNormalization,
    Dropout,
    Layer,
    LayerReport,
    NetworkReport,
    Normalization,
)

_SCALE = 2
"""Screen pixels for each pixel of a map; a whole number, so that the digit on the first block stays sharp."""

_HEIGHT, _BASE, _GAP = 116, 84, 12
_MOST_SHEETS, _SHEET_GAP = 12, 3.5
_LONGEST_VECTOR = 4096
_CHARACTER = 7.4
"""Mean width of a character of the labels, in screen pixels."""

_SHORT_NAMES = {
    "DepthwiseConv2D": "Depthwise",
    "MaxPooling2D": "Max pool",
    "AveragePooling2D": "Average pool",
    "GlobalAveragePooling2D": "Global mean",
    "BatchNormalization": "Batch norm",
    "Conv2D": "Conv",
}


@dataclass(frozen=True)
class Colours:
    """The colours of a picture, as CSS values."""

    ink: str
    paper: str
    learning: str
    problem: str


@dataclass
class Block:
    """One block: a layer that makes a new shape, and the plates that follow the layer.

    Attributes:
        name: The label under the block.
        shape: (side, side, channels) or (length,); None where the shape cannot be known.
        learns: Whether the layer has parameters.
        text: The block in words, for visitors who cannot see the picture.
        plates: The layers behind the block that keep the shape.
    """

    name: str
    shape: tuple[int, ...] | None
    learns: bool
    text: str
    plates: list[str] = field(default_factory=list)

    @property
    def alt(self) -> str:
        """The block in words, its plates included."""
        return ", then ".join([self.text, *self.plates])


def blocks(layers: Sequence[Layer], report: NetworkReport) -> list[Block]:
    """Return the blocks of a network, the image first and the ten outputs last."""
    found = [Block("Image", (IMAGE_SIDE, IMAGE_SIDE, IMAGE_CHANNELS), False, "Image, 28×28×1")]
    for row, layer in zip(report.layers, [*layers, None], strict=True):
        is_plate = isinstance(layer, Activation | BatchNormalization | Dropout | Normalization)
        if is_plate and not report.problems_of(row.index):
            found[-1].plates.append(row.title)
        else:
            found.append(_block(row, layer, bool(report.problems_of(row.index))))
    return found


def draw(block: Block, colours: Colours, digit: NDArray[np.uint8] | None = None, is_first: bool = False) -> str:
    """Return a block as an SVG picture with its name and shape under it.

    Args:
        block: The block to draw.
        colours: The colours of the page.
        digit: uint8 (28, 28, 3), drawn on the front of a 28×28 map.
        is_first: Whether the block is the first one of the network.
    """
    body, plates = list(_body(block, colours, digit)), 4 * len(block.plates)
    extent = _extent(block.shape) + (plates + 2 if plates else 0)
    labels = [block.name, _shape_text(block.shape)]
    content = math.ceil(max(extent, *(len(label) * _CHARACTER for label in labels)))
    gap = 0 if is_first else _GAP
    width, middle = content + gap, gap + content / 2
    stripes = (
        f'<rect x="{_extent(block.shape) + 3 + 4 * index:.1f}" y="{_top(block.shape):.1f}" width="2" '
        f'height="{_BASE - _top(block.shape):.1f}" fill="{colours.ink}" fill-opacity="0.45"/>'
        for index in range(len(block.plates))
    )
    texts = (
        f'<text x="{middle:.1f}" y="{_BASE + 15 + 14 * line}" text-anchor="middle" '
        f'fill="{colours.ink}" fill-opacity="{1 - 0.3 * line:.1f}">{escape(label)}</text>'
        for line, label in enumerate(labels)
    )
    arrow = (
        ""
        if is_first
        else f'<path d="M1 {_BASE - 34} l5 5 l-5 5" fill="none" stroke="{colours.ink}" stroke-opacity="0.5"/>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{_HEIGHT}" '
        f'viewBox="0 0 {width} {_HEIGHT}" font-family="system-ui, sans-serif" font-size="11">'
        f'{arrow}<g transform="translate({middle - extent / 2:.1f} 0)">{"".join(body)}{"".join(stripes)}</g>'
        f"{''.join(texts)}</svg>"
    )


def _block(row: LayerReport, layer: Layer | None, has_problem: bool) -> Block:
    label = layer.label if layer else "Dense 10"
    kind, _, rest = label.partition(" ")
    name = f"{_SHORT_NAMES.get(kind, kind)} {rest}".strip()
    shape = None if has_problem else row.output_shape
    made = f"makes {_shape_text(row.output_shape)}" if shape else "cannot work here" if has_problem else "unknown shape"
    return Block(name, shape, row.parameters > 0, f"layer {row.index}, {row.title}, {made}")


def _body(block: Block, colours: Colours, digit: NDArray[np.uint8] | None) -> Iterator[str]:
    fill = colours.learning if block.learns else colours.ink
    solid = f'fill="{colours.paper}" stroke="{colours.ink}" stroke-width="0.7"'
    tint = f'fill="{fill}" fill-opacity="{0.35 if block.learns else 0.1}"'
    match block.shape:
        case (side, _, channels):
            size = side * _SCALE
            depth_x, depth_y = _depth(channels)
            sheets = 1 + min(channels - 1, _MOST_SHEETS - 1, round(depth_x / _SHEET_GAP))
            for sheet in range(sheets - 1, -1, -1):
                share = sheet / max(sheets - 1, 1)
                place = (
                    f'x="{share * depth_x + 0.5:.1f}" y="{_BASE - size - share * depth_y:.1f}" '
                    f'width="{size}" height="{size}"'
                )
                yield f"<rect {place} {solid}/><rect {place} {tint}/>"
            if digit is not None and side == IMAGE_SIDE:
                yield (
                    f'<image x="0.5" y="{_BASE - size}" width="{size}" height="{size}" '
                    f'style="image-rendering:pixelated" href="{_data_url(digit)}"/>'
                )
        case (length,):
            height = _column(length)
            place = f'x="0.5" y="{_BASE - height:.1f}" width="11" height="{height:.1f}"'
            yield f"<rect {place} {solid}/><rect {place} {tint}/>"
            # Ten cells stand for the ten classes; hundreds of cells could not be distinguished.
            for cell in range(1, length if length <= 10 else 0):
                y = _BASE - height + cell * height / length
                yield f'<path d="M0.5 {y:.1f}h11" stroke="{colours.ink}" stroke-width="0.8"/>'
        case _:
            yield (
                f'<rect x="1" y="{_BASE - 40}" width="38" height="39" fill="none" stroke="{colours.problem}" '
                f'stroke-width="1.5" stroke-dasharray="4 3"/><text x="20" y="{_BASE - 15}" text-anchor="middle" '
                f'font-size="16" fill="{colours.problem}">?</text>'
            )


def _extent(shape: tuple[int, ...] | None) -> float:
    """Return the width of a block in pixels."""
    match shape:
        case (side, _, channels):
            return side * _SCALE + _depth(channels)[0] + 1
        case (_,):
            return 12
        case _:
            return 40


def _top(shape: tuple[int, ...] | None) -> float:
    """Return the upper edge of a block's front in pixels."""
    match shape:
        case (side, _, _):
            return _BASE - side * _SCALE
        case (length,):
            return _BASE - _column(length)
        case _:
            return _BASE - 40


def _depth(channels: int) -> tuple[float, float]:
    """Return how far the last sheet of a stack is shifted to the right and up, in pixels."""
    depth = min(44.0, 3.2 * math.sqrt(channels - 1))
    return 0.85 * depth, 0.5 * depth


def _column(length: int) -> float:
    return 80 * min(1.0, math.log(length + 1) / math.log(_LONGEST_VECTOR + 1))


def _shape_text(shape: tuple[int, ...] | None) -> str:
    return "×".join(map(str, shape)) if shape else "?"


def _data_url(digit: NDArray[np.uint8]) -> str:
    file = io.BytesIO()
    Image.fromarray(digit).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
