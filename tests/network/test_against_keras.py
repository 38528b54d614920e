"""Shapes, parameters, multiply-adds and receptive fields, checked with Keras and TensorFlow."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from mnist_demo.backend import keras, tf
from mnist_demo.network import (
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    Network,
    Normalization,
    Padding,
    ProblemKind,
    analyse,
    build_model,
)
from tests.network.reference import all_ones_model, keras_layer
from tests.network.strategies import small_layer

SAME = Padding.SAME


def _parameters(weights: Sequence[Any]) -> int:
    return sum(int(np.prod(weight.shape)) for weight in weights)


@given(st.lists(small_layer, max_size=6))
@settings(max_examples=60)
@example([Conv2D(8, 5), MaxPooling2D(), Conv2D(8, 5), MaxPooling2D(3), Conv2D(4, 3)])
@example([Conv2D(4, 4, 3, SAME), MaxPooling2D(3, 2, SAME), BatchNormalization(), Flatten(), Dense(9)])
@example([DepthwiseConv2D(5, 2, SAME, 3), AveragePooling2D(4, 3), GlobalAveragePooling2D(), Normalization()])
@example([Conv2D(4), Dense(8), Flatten()])
@example([Flatten(), BatchNormalization(), MaxPooling2D()])
def test_shapes_and_parameters_are_those_of_keras_up_to_the_first_problem(layers: list[Layer]) -> None:
    report = analyse(layers)
    tensor = keras.Input((28, 28, 1))
    for row, layer in zip(report.layers, [*layers, Dense(10)], strict=True):
        built = keras_layer(layer)
        kinds = {problem.kind for problem in report.problems_of(row.index)}
        if kinds & {ProblemKind.WINDOW_DOES_NOT_FIT, ProblemKind.NEEDS_MAP}:
            with pytest.raises(ValueError, match=r"output size would be zero or negative|expected .*ndim"):
                built(tensor)
            return
        tensor = built(tensor)
        if ProblemKind.NEEDS_VECTOR in kinds:
            # Keras applies a Dense layer to every pixel; the lab refuses this, because a learner hardly means it.
            assert len(tensor.shape) == 4
            return
        assert row.output_shape == tensor.shape[1:]
        assert row.trainable == _parameters(built.trainable_weights)
        assert row.non_trainable == _parameters(built.non_trainable_weights)
    assert {problem.kind for problem in report.problems} <= {
        ProblemKind.TOO_MANY_PARAMETERS,
        ProblemKind.TOO_MANY_MULTIPLY_ADDS,
        ProblemKind.TOO_MANY_VALUES,
    }


@given(st.lists(small_layer, max_size=5))
@settings(max_examples=25)
def test_the_built_model_has_the_names_shapes_and_parameters_of_the_report(layers: list[Layer]) -> None:
    layers = [*layers, Flatten()]
    report = analyse(layers)
    assume(report.works)
    model = build_model(Network(tuple(layers)))
    assert [layer.name for layer in model.layers] == [row.name for row in report.layers]
    assert [layer.output.shape[1:] for layer in model.layers] == [row.output_shape for row in report.layers]
    assert model.count_params() == report.parameters
    assert _parameters(model.trainable_weights) == report.trainable
    assert _parameters(model.non_trainable_weights) == report.non_trainable
    assert model.input_shape == (None, 28, 28, 1)
    assert model.output_shape == (None, 10)


def _multiply_adds_by_tensorflow(layers: tuple[Layer, ...]) -> int:
    """Return half of the floating-point operations that TensorFlow's profiler counts in convolutions and products."""
    model = build_model(Network(layers))
    graph = tf.function(lambda images: model(images)).get_concrete_function(tf.TensorSpec((1, 28, 28, 1))).graph
    profiler = tf.compat.v1.profiler
    options = profiler.ProfileOptionBuilder(profiler.ProfileOptionBuilder.float_operation())
    counts = profiler.profile(graph, cmd="op", options=options.with_empty_output().build())
    total = 0
    node = counts
    while node.children:
        (node,) = node.children
        if node.name in ("Conv2D", "DepthwiseConv2dNative", "MatMul"):
            total += node.float_ops
    return total // 2


@pytest.mark.parametrize(
    "layers",
    [
        (Flatten(), Dense(30), Dense(20)),
        (Conv2D(8, 5), MaxPooling2D(), Conv2D(16, 5), MaxPooling2D(), Flatten()),
        (Conv2D(6, 4, 3, SAME), BatchNormalization(), DepthwiseConv2D(5, 2, SAME, 2), Conv2D(5, 1), Flatten()),
        (DepthwiseConv2D(7, 2, depth_multiplier=3), AveragePooling2D(3, 1), GlobalAveragePooling2D(), Dense(7)),
    ],
)
def test_multiply_adds_are_half_of_the_operations_that_tensorflow_counts(layers: tuple[Layer, ...]) -> None:
    assert analyse(layers).multiply_adds == _multiply_adds_by_tensorflow(layers)


def _receptive_field_by_perturbation(layers: Sequence[Layer]) -> int:
    """Light one pixel at a time, and return the side of the largest square to which one output responds."""
    one_pixel_each = np.eye(784, dtype=np.float32).reshape(784, 28, 28, 1)
    answers = np.asarray(all_ones_model(layers)(one_pixel_each))
    noticed = (answers > 0).reshape(28, 28, -1)

    def extent(lines: Any) -> int:
        # The extent runs from the first to the last line that changes an output; strides may skip lines between.
        first, last = lines.argmax(axis=0), 27 - lines[::-1].argmax(axis=0)
        return int((last - first + 1)[lines.any(axis=0)].max())

    sides = {extent(noticed.any(axis=1)), extent(noticed.any(axis=0))}
    (side,) = sides
    return side


_spatial = st.one_of(
    st.builds(Conv2D, st.just(1), st.integers(1, 7), st.integers(1, 4), st.sampled_from(Padding)),
    st.builds(DepthwiseConv2D, st.integers(1, 7), st.integers(1, 4), st.sampled_from(Padding)),
    st.builds(MaxPooling2D, st.integers(1, 5), st.none() | st.integers(1, 4), st.sampled_from(Padding)),
    st.builds(AveragePooling2D, st.integers(1, 5), st.none() | st.integers(1, 4), st.sampled_from(Padding)),
)
_ends = st.sampled_from([(), (Flatten(),), (Flatten(), Dense(2)), (GlobalAveragePooling2D(), Dense(2))])


@given(st.lists(_spatial, min_size=1, max_size=4), _ends)
@settings(max_examples=60)
# Edges matter, because padding is no pixel, and no output sees the pixels that 'valid' cuts off.
@example([Conv2D(1, 7, padding=SAME), Conv2D(1, 7, padding=SAME), Conv2D(1, 7, 3, SAME)], ())
@example([MaxPooling2D(5), Conv2D(1, 3, 2)], (Flatten(), Dense(2)))
@example([Conv2D(1, 2, 4)], ())
def test_receptive_fields_are_the_pixels_to_which_an_output_responds(
    spatial: list[Layer], end: tuple[Layer, ...]
) -> None:
    layers = [*spatial, *end]
    report = analyse(layers)
    structural = {ProblemKind.WINDOW_DOES_NOT_FIT, ProblemKind.NEEDS_MAP}
    assume(not any(problem.kind in structural for problem in report.problems))
    assert report.layers[len(layers) - 1].receptive_field == _receptive_field_by_perturbation(layers)


def test_receptive_fields_away_from_the_edges_follow_the_published_formula() -> None:
    # Source: Araujo, Norris & Sim, Distill 2019: r = 1 + Σ (k_l − 1) · Π_{i<l} s_i.
    windows = [(5, 1), (2, 2), (3, 1), (2, 2), (3, 1)]
    layers = (Conv2D(1, 5), MaxPooling2D(), Conv2D(1, 3), AveragePooling2D(), DepthwiseConv2D(3))
    expected, field, jump = [], 1, 1
    for kernel, stride in windows:
        field += (kernel - 1) * jump
        jump *= stride
        expected.append(field)
    assert [row.receptive_field for row in analyse(layers).layers[:-1]] == expected == [5, 6, 10, 12, 20]
