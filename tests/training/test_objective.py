"""Loss and accuracy with non-digits among the images, checked with Keras and by arithmetic."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from mnist_demo.backend import keras, tf
from mnist_demo.data import load_mnist
from mnist_demo.experiment import Experiment
from mnist_demo.experiment.augmentation import Augmentation
from mnist_demo.experiment.settings import TrainingSettings
from mnist_demo.training import train
from mnist_demo.training.augmentation.non_digits import NON_DIGIT
from mnist_demo.training.objective import AccuracyOnDigits, objective, unsure_of_non_digits

LABELS = np.array([3, NON_DIGIT, 0, NON_DIGIT, 9], np.int32)
ANSWERS = np.random.default_rng(0).dirichlet(np.ones(10), 5).astype(np.float32)


def test_the_loss_of_digits_is_keras_and_of_non_digits_lowest_for_equal_probabilities() -> None:
    losses = unsure_of_non_digits(tf.constant(LABELS), tf.constant(ANSWERS)).numpy()
    digits = LABELS != NON_DIGIT
    expected = keras.losses.sparse_categorical_crossentropy(LABELS[digits], ANSWERS[digits])
    np.testing.assert_allclose(losses[digits], expected, rtol=1e-5)
    np.testing.assert_allclose(losses[~digits], -np.log(ANSWERS[~digits]).mean(axis=1), rtol=1e-5)
    equal = np.full((1, 10), 0.1, np.float32)
    assert unsure_of_non_digits(np.array([NON_DIGIT]), equal).numpy()[0] == pytest.approx(np.log(10))


def test_the_accuracy_counts_digits_only() -> None:
    accuracy = AccuracyOnDigits()
    accuracy.update_state(LABELS, ANSWERS)
    accuracy.update_state(np.array([NON_DIGIT]), ANSWERS[:1])
    digits = LABELS != NON_DIGIT
    assert float(accuracy.result()) == pytest.approx((ANSWERS[digits].argmax(axis=1) == LABELS[digits]).mean())


def test_without_non_digits_loss_and_accuracy_are_keras() -> None:
    loss, (metric,) = objective(TrainingSettings())
    assert loss == "sparse_categorical_crossentropy"
    assert type(metric) is keras.metrics.SparseCategoricalAccuracy
    loss, (metric,) = objective(TrainingSettings(augmentation=Augmentation(non_digits=0.1)))
    assert loss is unsure_of_non_digits
    assert metric.name == "accuracy"


def test_a_training_with_non_digits_learns_to_be_unsure_of_them(small_experiment: Experiment, tmp_path: Path) -> None:
    losses = {}
    for share in (0.0, 0.5):
        settings = dataclasses.replace(small_experiment.training, augmentation=Augmentation(shift=1, non_digits=share))
        history = train(
            dataclasses.replace(small_experiment, training=settings), load_mnist(), tmp_path / str(share)
        ).history()
        assert history.epochs["accuracy"][-1] > 0.2
        losses[share] = history.epochs["loss"][-1]
    # The images carry no information, so the lowest loss is that of ten equal probabilities.
    assert losses[0.5] > losses[0.0]
