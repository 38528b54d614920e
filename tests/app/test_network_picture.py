"""The picture of a network as blocks."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from mnist_demo.app.design.layers.network_picture import Block, Colours, blocks, draw
from mnist_demo.network import Activation, Conv2D, Dropout, Flatten, Layer, analyse
from mnist_demo.presets import PRESETS

COLOURS = Colours(ink="#000", paper="#fff", learning="#00f", problem="#f00")
SVG = "{http://www.w3.org/2000/svg}"


def squares(shape: tuple[int, ...]) -> list[tuple[float, float]]:
    """Return the width and height of the sheets of a shape's block."""
    picture = ET.fromstring(draw(Block("x", shape, True, "x"), COLOURS))
    return [(float(each.attrib["width"]), float(each.attrib["height"])) for each in picture.iter(SVG + "rect")]


def width(shape: tuple[int, ...]) -> float:
    return float(ET.fromstring(draw(Block("x", shape, True, "x"), COLOURS)).attrib["width"])


@pytest.mark.parametrize("preset", PRESETS)
def test_every_layer_of_a_preset_is_in_the_picture_and_its_words(preset: str) -> None:
    network = PRESETS[preset].network
    drawn = blocks(network.layers, network.report())
    words = "; ".join(block.alt for block in drawn)
    for row in network.report().layers:
        assert row.title in words
    for block in drawn:
        assert block.name in {each.text for each in ET.fromstring(draw(block, COLOURS)).iter(SVG + "text")}


def test_the_side_of_a_map_is_to_scale_and_more_channels_are_deeper() -> None:
    assert squares((24, 24, 8))[0] == (48.0, 48.0)
    assert squares((12, 12, 8))[0] == (24.0, 24.0)
    assert width((24, 24, 64)) > width((24, 24, 8))
    assert len(squares((12, 12, 64))) > len(squares((12, 12, 2))) > len(squares((12, 12, 1)))


def test_a_longer_vector_is_taller() -> None:
    assert squares((4096,))[0][1] > squares((256,))[0][1] > squares((10,))[0][1]


def test_layers_that_keep_the_shape_are_plates_of_the_block_before() -> None:
    layers: list[Layer] = [Conv2D(4), Activation(), Dropout(), Flatten()]
    image, conv, flatten, _ = blocks(layers, analyse(layers))
    assert (len(image.plates), len(conv.plates), len(flatten.plates)) == (0, 2, 0)
    assert conv.alt.endswith(", then Activation relu, then Dropout 0.5")


def test_a_layer_with_a_problem_says_so() -> None:
    layers: list[Layer] = [Flatten(), Conv2D(4)]
    block = blocks(layers, analyse(layers))[2]
    assert "cannot work here" in block.alt
    assert "?" in draw(block, COLOURS)


def test_the_digit_is_on_the_image() -> None:
    drawn = draw(blocks([], analyse([]))[0], COLOURS, np.zeros((28, 28, 3), np.uint8), is_first=True)
    (picture,) = ET.fromstring(drawn).iter(SVG + "image")
    assert picture.attrib["href"].startswith("data:image/png;base64,")
