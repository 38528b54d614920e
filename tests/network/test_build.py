"""The Keras model of a network: its computation, and that a seed determines its weights."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mnist_demo.backend import keras
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
    MaxPooling2D,
    Network,
    Normalization,
    Padding,
    build_model,
)

RELU = ActivationName.RELU

EVERYTHING = Network(
    (
        Normalization(),
        Conv2D(6, 3, padding=Padding.SAME, activation=ActivationName.SILU, kernel_initializer=Initializer.HE_NORMAL),
        BatchNormalization(0.7),
        MaxPooling2D(3, 2, Padding.SAME),
        DepthwiseConv2D(3, 2, depth_multiplier=2, activation=ActivationName.GELU, l2=0.01),
        Activation(ActivationName.LEAKY_RELU),
        AveragePooling2D(2),
        Conv2D(6, 1, kernel_initializer=Initializer.LECUN_NORMAL),
        GlobalAveragePooling2D(),
        Flatten(),
        Dense(12, ActivationName.SELU, Initializer.GLOROT_NORMAL),
        Dropout(0.25),
        Dense(12, ActivationName.TANH, Initializer.HE_UNIFORM, 0.001),
    ),
    Initializer.VARIANCE_SCALING,
)

IMAGES = np.random.default_rng(0).random((5, 28, 28, 1), dtype=np.float32)


def _weights(network: Network, seed: int | None) -> list[Any]:
    return [np.asarray(weight) for weight in build_model(network, seed).weights]


def _same(first: list[Any], second: list[Any]) -> bool:
    return all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))


def test_the_example_has_every_layer() -> None:
    assert {layer.type_name for layer in EVERYTHING.layers} == set(LAYER_TYPES)


def test_the_model_gives_probabilities() -> None:
    answers = np.asarray(build_model(EVERYTHING, 1)(IMAGES))
    assert answers.shape == (5, 10)
    assert answers.dtype == np.float32
    assert (answers >= 0).all()
    np.testing.assert_allclose(answers.sum(axis=1), 1, rtol=1e-5)


def test_the_same_seed_gives_the_same_weights_and_another_seed_others() -> None:
    weights = _weights(EVERYTHING, 3)
    assert _same(weights, _weights(EVERYTHING, 3))
    assert not _same(weights, _weights(EVERYTHING, 4))


def test_the_same_seed_gives_the_same_dropout() -> None:
    network = Network((Flatten(), Dropout(0.5)))
    first, again, other = (np.asarray(build_model(network, seed)(IMAGES, training=True)) for seed in (5, 5, 6))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_two_dropouts_silence_different_values() -> None:
    model = build_model(Network((Flatten(), Dropout(0.5), Dropout(0.5))), 0)
    ones = np.ones((1, 784), np.float32)
    first, second = (np.asarray(layer(ones, training=True)) for layer in model.layers[1:3])
    assert not np.array_equal(first, second)


def test_equal_layers_get_different_weights() -> None:
    model = build_model(Network((Flatten(), Dense(784, RELU), Dense(784, RELU))), 0)
    assert not np.array_equal(model.layers[1].kernel, model.layers[2].kernel)


def test_a_change_in_one_layer_leaves_the_weights_before_it() -> None:
    narrow, wide = (build_model(Network((Conv2D(4), Flatten(), Dense(units))), 9) for units in (5, 6))
    assert np.array_equal(narrow.layers[0].kernel, wide.layers[0].kernel)


def test_without_a_seed_keras_global_one_decides() -> None:
    keras.utils.set_random_seed(11)
    first = _weights(EVERYTHING, None)
    second = _weights(EVERYTHING, None)
    keras.utils.set_random_seed(11)
    assert _same(first, _weights(EVERYTHING, None))
    assert not _same(first, second)


@pytest.mark.parametrize("seed", [0, 2**31 - 1, 2**32, 2**80])
def test_large_seeds_are_seeds(seed: int) -> None:
    network = Network((Flatten(),))
    assert _same(_weights(network, seed), _weights(network, seed))


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="The seed must be a whole number from 0, not -1"):
        build_model(EVERYTHING, -1)


@pytest.mark.parametrize("initializer", Initializer)
def test_each_initializer_draws_what_its_name_says(initializer: Initializer) -> None:
    # The variances are those of Glorot & Bengio 2010, He et al. 2015 and LeCun et al. 1998; fan-in 784, fan-out 1000.
    family = str(initializer).split("_")[0]
    variances = {"glorot": 2 / 1784, "he": 2 / 784, "lecun": 1 / 784, "variance": 1 / 784, "zeros": 0.0}
    model = build_model(Network((Flatten(), Dense(1000, kernel_initializer=initializer))), 2)
    kernel = np.asarray(model.layers[1].kernel)
    assert kernel.var() == pytest.approx(variances[family], rel=0.02)
    if str(initializer).endswith("uniform"):
        assert np.abs(kernel).max() <= np.sqrt(3 * variances[family])


def test_l2_penalises_the_squares_of_the_kernel() -> None:
    network = Network((Conv2D(4, l2=0.1), DepthwiseConv2D(l2=0.2), Flatten(), Dense(5, l2=0.3), Dense(5)))
    model = build_model(network, 0)
    kernels = [np.asarray(model.layers[index].kernel) for index in (0, 1, 3)]
    expected = [share * (kernel**2).sum() for share, kernel in zip((0.1, 0.2, 0.3), kernels, strict=True)]
    np.testing.assert_allclose([float(loss) for loss in model.losses], expected, rtol=1e-5)


def test_normalization_shifts_and_scales_with_its_own_figures() -> None:
    model = build_model(Network((Normalization(mean=0.5, std=0.25), Flatten())), 0)
    np.testing.assert_allclose(model.layers[0](IMAGES), (IMAGES - 0.5) / 0.25, rtol=1e-4, atol=1e-5)


def test_batch_normalization_keeps_its_share_of_the_old_statistics() -> None:
    model = build_model(Network((BatchNormalization(0.6), Flatten())), 0)
    model(IMAGES, training=True)
    expected = 0.6 * 0 + 0.4 * IMAGES.mean()
    np.testing.assert_allclose(np.asarray(model.layers[0].moving_mean), [expected], rtol=1e-5)


def test_a_kernel_of_zeros_never_learns_with_relu_and_does_without() -> None:
    for activation, learns in ((RELU, False), (ActivationName.TANH, True)):
        layer = Conv2D(3, activation=activation, kernel_initializer=Initializer.ZEROS)
        model = build_model(Network((layer, Flatten())), 0)
        model.compile("sgd", "sparse_categorical_crossentropy")
        model.train_on_batch(IMAGES, np.arange(5))
        assert np.asarray(model.layers[0].kernel).any() == learns


def test_every_layer_can_be_trained_saved_and_loaded(tmp_path: Path) -> None:
    model = build_model(EVERYTHING, 7)
    model.compile("adam", "sparse_categorical_crossentropy")
    before = [np.asarray(weight).copy() for weight in model.trainable_weights]
    losses = [float(model.train_on_batch(IMAGES, np.arange(5))) for _ in range(3)]
    assert np.isfinite(losses).all()
    assert all((old != np.asarray(new)).any() for old, new in zip(before, model.trainable_weights, strict=True))
    path = tmp_path / "model.keras"
    model.save(path)
    again = keras.models.load_model(path)
    np.testing.assert_allclose(again(IMAGES), model(IMAGES), rtol=1e-5, atol=1e-7)


def test_the_model_does_not_depend_on_keras_global_settings() -> None:
    keras.config.set_image_data_format("channels_first")
    keras.config.set_floatx("float64")
    try:
        model = build_model(EVERYTHING, 1)
        answers = np.asarray(model(IMAGES))
    finally:
        keras.config.set_image_data_format("channels_last")
        keras.config.set_floatx("float32")
    assert model.input_shape == (None, 28, 28, 1)
    assert {str(weight.dtype) for weight in model.trainable_weights} == {"float32"}
    np.testing.assert_allclose(answers, np.asarray(build_model(EVERYTHING, 1)(IMAGES)), rtol=1e-5)
