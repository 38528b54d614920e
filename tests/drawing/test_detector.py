"""The detector of non-digits computes what Keras does, and refuses most non-digits."""

from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax

from mnist_demo.data import load_mnist
from mnist_demo.drawing.decidedness import is_clear
from mnist_demo.drawing.detector import WEIGHTS, WeightLayer, detect, read_layers, write_layers
from mnist_demo.network import build_model
from mnist_demo.presets import PRESETS
from tests.benchmarks.pen_digits import DRAWN_PEN
from tests.benchmarks.refusals import non_digit_images
from tests.detector_recipe import folded


def test_the_detector_equals_its_keras_model(tmp_path: Path) -> None:
    model = build_model(PRESETS["canvas"].network)
    rng = np.random.default_rng(0)
    # Random statistics replace the initial ones, which change nothing. A scale below 0 turns a maximum into a minimum.
    for layer in model.layers:
        if hasattr(layer, "moving_mean"):
            scale, *rest = (rng.uniform(0.1, 1, weights.shape) for weights in layer.get_weights())
            layer.set_weights([scale * rng.choice([-1, 1], scale.shape), *rest])
    images = load_mnist().test.images[:20]
    before = np.log(np.asarray(model(images[..., None].astype(np.float32) / 255)))
    write_layers(tmp_path / "kept.npz", folded(model, 1.7))
    layers = read_layers(tmp_path / "kept.npz")
    assert layers[0].kernel.shape == (5, 5, 1, 16)
    for image, logits in zip(images, before, strict=True):
        np.testing.assert_allclose(detect(image, layers), softmax(logits / 1.7), atol=2e-3)


def test_the_detector_accepts_digits_and_refuses_most_non_digits() -> None:
    """The digits and non-digits are new to the detector, which never learned from letters, shapes or scribbles."""
    digits = load_mnist().test.images[::20]
    assert np.mean([is_clear(detect(digit)) for digit in digits]) >= 0.98
    for kind, images in non_digit_images(DRAWN_PEN).items():
        taken = np.mean([is_clear(detect(image)) for image in images[::3]])
        # Dots are left out, because their ink alone tells that they are no digits.
        assert taken <= 0.15 or kind == "dots", kind


def test_the_detector_is_calibrated_and_small() -> None:
    validation = load_mnist().validation
    answers = np.stack([detect(image) for image in validation.images[::10]])
    assert answers.max(axis=1).mean() == pytest.approx(
        (answers.argmax(axis=1) == validation.labels[::10]).mean(), abs=0.01
    )
    assert WEIGHTS.stat().st_size < 300_000


def test_a_stage_has_a_scale_and_a_shift_for_each_output() -> None:
    with pytest.raises(ValueError, match="for each output"):
        WeightLayer(np.ones((3, 2), np.float32), np.ones(3, np.float32), np.ones(2, np.float32))
