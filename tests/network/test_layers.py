"""The layer specs: accepted values, refused values, and names."""

import dataclasses
import math
from typing import Any

import pytest
from hypothesis import given, settings

from mnist_demo import fields
from mnist_demo.network import (
    LAYER_TYPES,
    Activation,
    ActivationName,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Initializer,
    Layer,
    LayerError,
    MaxPooling2D,
    Normalization,
    Padding,
    layer_name,
)
from tests.network.strategies import any_layer


def test_the_lab_has_the_eleven_layers_of_its_design() -> None:
    assert set(LAYER_TYPES) == {
        "Conv2D",
        "DepthwiseConv2D",
        "MaxPooling2D",
        "AveragePooling2D",
        "GlobalAveragePooling2D",
        "BatchNormalization",
        "Activation",
        "Dropout",
        "Flatten",
        "Dense",
        "Normalization",
    }


@given(any_layer)
@settings(max_examples=200)
def test_every_value_within_the_declared_bounds_is_accepted_with_its_exact_type(layer: Layer) -> None:
    for name, spec in fields.field_specs(layer).items():
        value = getattr(layer, name)
        match spec:
            case fields.Number(integral=True):
                assert type(value) is int or (value is None and spec.optional)
            case fields.Number():
                assert type(value) is float
            case fields.Choice():
                assert type(value) is spec.options
            case _:
                pytest.fail(f"{name} has a field that no editor knows")


@pytest.mark.parametrize("layer_type", LAYER_TYPES.values())
def test_every_field_has_a_rule_and_every_layer_a_description(layer_type: type[Layer]) -> None:
    specs = fields.field_specs(layer_type)
    assert list(specs) == [item.name for item in dataclasses.fields(layer_type)]
    assert all(spec.help.endswith(".") for spec in specs.values())
    assert layer_type.description.endswith(".")
    assert layer_type() == layer_type()


@pytest.mark.parametrize(
    ("layer_type", "values", "accepted"),
    [
        (Conv2D, {"filters": 0}, "a whole number from 1 to 512"),
        (Conv2D, {"filters": True}, "a whole number from 1 to 512"),
        (Conv2D, {"filters": "8"}, "a whole number from 1 to 512"),
        (Conv2D, {"kernel_size": 12}, "a whole number from 1 to 11"),
        (Conv2D, {"kernel_size": (3, 3)}, "a whole number from 1 to 11"),
        (Conv2D, {"kernel_size": 2.5}, "a whole number from 1 to 11"),
        (Conv2D, {"strides": -1}, "a whole number from 1 to 8"),
        (Conv2D, {"strides": None}, "a whole number from 1 to 8"),
        (Conv2D, {"padding": "full"}, "one of 'valid', 'same'"),
        (Conv2D, {"activation": "softmax"}, "'relu'"),
        (Conv2D, {"activation": None}, "'relu'"),
        (Conv2D, {"kernel_initializer": "ones"}, "'he_normal'"),
        (Conv2D, {"l2": math.nan}, "a number from 0 to 1"),
        (Conv2D, {"l2": "0"}, "a number from 0 to 1"),
        (DepthwiseConv2D, {"depth_multiplier": 9}, "a whole number from 1 to 8"),
        (MaxPooling2D, {"pool_size": 8}, "a whole number from 1 to 7"),
        (MaxPooling2D, {"strides": 0}, "a whole number from 1 to 8"),
        (AveragePooling2D, {"padding": 1}, "one of 'valid', 'same'"),
        (BatchNormalization, {"momentum": 1.0}, "a number from 0 to 0.999"),
        (Activation, {"activation": "step"}, "'relu'"),
        (Dropout, {"rate": -0.1}, "a number from 0 to 0.95"),
        (Dropout, {"rate": False}, "a number from 0 to 0.95"),
        (Dense, {"units": 5000}, "a whole number from 1 to 4,096"),
        (Normalization, {"std": 0}, "a number from 0.001 to 10"),
        (Normalization, {"mean": math.inf}, "a number from -10 to 10"),
    ],
)
def test_a_value_out_of_bounds_is_refused_by_name(
    layer_type: type[Layer], values: dict[str, Any], accepted: str
) -> None:
    with pytest.raises(LayerError) as refusal:
        layer_type(**values)
    ((name, value),) = values.items()
    message = str(refusal.value)
    assert message.startswith(f"{layer_type.__name__}: {name} is {value!r}; accepted is ")
    assert accepted in message
    assert "\n" not in message


def test_keras_names_stand_for_the_choices() -> None:
    names: dict[str, Any] = {"padding": "same", "activation": "relu", "kernel_initializer": "he_normal"}
    layer = Conv2D(**names)
    assert layer == Conv2D(
        padding=Padding.SAME, activation=ActivationName.RELU, kernel_initializer=Initializer.HE_NORMAL
    )


def test_layers_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Dense(10).units = 20  # type: ignore[misc]


RELU = ActivationName.RELU


@pytest.mark.parametrize(
    ("layer", "summary"),
    [
        (Conv2D(8, 5, activation=RELU), "Conv2D 8 · 5×5 · relu"),
        (Conv2D(16, 3, 2, Padding.SAME, l2=0.001), "Conv2D 16 · 3×3 · stride 2 · same · L2 0.001"),
        (DepthwiseConv2D(), "DepthwiseConv2D 3×3"),
        (DepthwiseConv2D(5, depth_multiplier=2), "DepthwiseConv2D 5×5 · multiplier 2"),
        (MaxPooling2D(), "MaxPooling2D 2×2"),
        (MaxPooling2D(3, 2, Padding.SAME), "MaxPooling2D 3×3 · stride 2 · same"),
        (AveragePooling2D(2, 2), "AveragePooling2D 2×2"),
        (GlobalAveragePooling2D(), "GlobalAveragePooling2D"),
        (BatchNormalization(), "BatchNormalization"),
        (Activation(), "Activation relu"),
        (Dropout(0.25), "Dropout 0.25"),
        (Flatten(), "Flatten"),
        (Dense(128, RELU), "Dense 128 · relu"),
        (Normalization(), "Normalization · mean 0.1307 · std 0.3081"),
    ],
)
def test_a_layer_in_one_line(layer: Layer, summary: str) -> None:
    assert layer.summary() == summary


@pytest.mark.parametrize(
    ("index", "layer", "name"),
    [
        (1, Conv2D(), "01_conv2d"),
        (2, MaxPooling2D(), "02_max_pooling2d"),
        (3, DepthwiseConv2D(), "03_depthwise_conv2d"),
        (4, GlobalAveragePooling2D(), "04_global_average_pooling2d"),
        (24, BatchNormalization(), "24_batch_normalization"),
    ],
)
def test_keras_layers_have_stable_names(index: int, layer: Layer, name: str) -> None:
    assert layer_name(index, layer) == name
