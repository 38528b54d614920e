"""Networks to and from JSON, and the refusal of all other JSON."""

import json
import pickle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_demo.network import (
    MAX_LAYERS,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Initializer,
    Layer,
    LayerError,
    MaxPooling2D,
    Network,
    NetworkError,
    analyse,
    layer_from_json,
    layer_to_json,
    layers_from_json,
)
from tests.network.strategies import any_layer, small_layer


@given(any_layer)
@settings(max_examples=200)
def test_a_layer_survives_json(layer: Layer) -> None:
    assert layer_from_json(json.loads(json.dumps(layer_to_json(layer)))) == layer


@given(st.lists(small_layer, max_size=6), st.sampled_from(Initializer))
@settings(max_examples=100)
def test_a_network_survives_json_and_a_draft_survives_as_layers(layers: list[Layer], initializer: Initializer) -> None:
    text = json.dumps([layer_to_json(layer) for layer in layers])
    assert layers_from_json(json.loads(text)) == tuple(layers)
    if analyse(layers).works:
        network = Network(tuple(layers), initializer)
        assert Network.from_json(json.loads(json.dumps(network.to_json()))) == network


def test_fields_left_out_take_their_default() -> None:
    assert Network.from_json({"layers": [{"type": "Conv2D", "filters": 4}, {"type": "Flatten"}]}) == Network(
        (Conv2D(4), Flatten())
    )


def test_json_holds_every_field_as_a_plain_value() -> None:
    assert Network((Dropout(), Flatten())).to_json() == {
        "layers": [{"type": "Dropout", "rate": 0.5}, {"type": "Flatten"}],
        "output_initializer": "glorot_uniform",
    }
    assert all(type(value) in (str, int, float) for value in layer_to_json(Conv2D()).values())


def _nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


FLAT = {"type": "Flatten"}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "The network is None; an object"),
        ([], "The network is []; an object"),
        ("Conv2D", "The network is 'Conv2D'; an object"),
        ({}, "The network has no field layers"),
        ({"layers": [], "seed": 1}, "The network has an unknown field 'seed'; accepted are layers, output_init"),
        ({"layers": {}}, "The layers of a network must be a list, not dict."),
        ({"layers": "Flatten"}, "The layers of a network must be a list, not str."),
        ({"layers": [FLAT] * 25}, "The network has 25 layers, and this lab allows 24."),
        ({"layers": [FLAT], "output_initializer": "ones"}, "output_initializer is 'ones'; accepted is one of"),
        ({"layers": [FLAT], "output_initializer": []}, "output_initializer is []; accepted is one of"),
        ({"layers": ["Flatten"]}, "Layer 1 is 'Flatten'; an object"),
        ({"layers": [FLAT, None]}, "Layer 2 is None; an object"),
        ({"layers": [{}]}, "Layer 1 has no type; the types are Conv2D, "),
        ({"layers": [{"type": ["Flatten"]}]}, "Layer 1 has no type; the types are Conv2D, "),
        ({"layers": [{"type": "Lambda"}]}, "Layer 1 is of type 'Lambda'; the types are Conv2D, "),
        ({"layers": [{"type": "__class__"}]}, "Layer 1 is of type '__class__'; the types are Conv2D, "),
        ({"layers": [{"type": "x" * 10_000}]}, "Layer 1 is of type 'xxx"),
        ({"layers": [{"type": "Dense", "unit": 5}]}, "Layer 1 has an unknown field 'unit'; accepted are type, un"),
        ({"layers": [{"type": "Flatten", 5: 5}]}, "Layer 1 has an unknown field 5; accepted are type"),
        ({"layers": [{"type": "Dense", "units": True}]}, "Layer 1, Dense: units is True; accepted is a whole"),
        ({"layers": [{"type": "Dense", "units": 10**5000}]}, "Layer 1, Dense: units is "),
        ({"layers": [{"type": "Dense", "units": _nested(100_000)}]}, "Layer 1, Dense: units is "),
        ({"layers": [{"type": "Dropout", "rate": float("nan")}]}, "Layer 1, Dropout: rate is nan; accepted is"),
        ({"layers": [{"type": "Conv2D", "padding": {"a": []}}]}, "Layer 1, Conv2D: padding is {'a': []}; acc"),
        ({"layers": []}, "The final layer, Dense 10, gets a 28×28×1 map"),
    ],
)
def test_other_json_is_refused_in_one_sentence(value: object, words: str) -> None:
    with pytest.raises(NetworkError) as refusal:
        Network.from_json(value)
    message = str(refusal.value)
    assert words in message
    assert "\n" not in message
    assert len(message) < 300


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
_almost_a_layer = st.fixed_dictionaries(
    {"type": st.sampled_from(["Conv2D", "MaxPooling2D", "Dropout", "Dense", "Flatten"])},
    optional={"filters": _json, "pool_size": _json, "rate": _json, "units": _json, "padding": _json},
)


@given(_json | st.fixed_dictionaries({"layers": st.lists(_almost_a_layer | _json, max_size=3) | _json}))
@settings(max_examples=200)
def test_no_json_value_raises_anything_but_a_network_error(value: object) -> None:
    try:
        network = Network.from_json(value)
    except NetworkError:
        return
    assert network.report().works


def test_a_single_layer_is_refused_by_its_own_error() -> None:
    with pytest.raises(LayerError, match="The layer is 5; an object"):
        layer_from_json(5)


@pytest.mark.parametrize("layers", [None, "Flatten", 5, {Flatten()}])
def test_a_network_takes_a_tuple_of_layers(layers: Any) -> None:
    with pytest.raises(NetworkError, match="must be a tuple"):
        Network(layers)


def test_a_network_takes_layers_alone() -> None:
    layers: Any = (Flatten(), {"type": "Flatten"})
    with pytest.raises(NetworkError, match=r"Layer 2 must be one of Conv2D, .*, not dict\."):
        Network(layers)


def test_a_network_takes_a_list_and_can_be_hashed_and_sent_to_another_process() -> None:
    layers: Any = [Conv2D(4), Flatten()]
    network = Network(layers)
    assert network.layers == (Conv2D(4), Flatten())
    assert hash(network) == hash(Network((Conv2D(4), Flatten())))
    assert pickle.loads(pickle.dumps(network)) == network


def test_a_network_error_keeps_all_problems_also_across_processes() -> None:
    with pytest.raises(NetworkError) as refusal:
        Network((MaxPooling2D(7), Conv2D(8, 5), Dense(8)))
    error = pickle.loads(pickle.dumps(refusal.value))
    assert [problem.layer_index for problem in error.problems] == [2, 3]
    assert str(error) == error.problems[0].message


def test_a_draft_may_be_as_long_as_a_network() -> None:
    assert len(layers_from_json([FLAT] * MAX_LAYERS)) == MAX_LAYERS
