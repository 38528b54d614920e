"""The loss that training minimises, and the accuracy that it reports."""

from typing import Any

from mnist_demo.backend import keras, tf
from mnist_demo.experiment.settings import TrainingSettings
from mnist_demo.training.augmentation.non_digits import NON_DIGIT


def objective(settings: TrainingSettings) -> tuple[Any, list[Any]]:
    """Return the loss and the metrics for `keras.Model.compile`."""
    if settings.augmentation.non_digits:
        return unsure_of_non_digits, [AccuracyOnDigits()]
    # The metric is an object, because Keras makes the variables of a named metric in the graph and traces it twice.
    return "sparse_categorical_crossentropy", [keras.metrics.SparseCategoricalAccuracy(name="accuracy")]


def unsure_of_non_digits(labels: Any, probabilities: Any) -> Any:
    """Return the cross-entropy with the label, or with ten equal probabilities where the label is `NON_DIGIT`.

    Args:
        labels: Integers (n,) or (n, 1).
        probabilities: (n, 10).

    Returns:
        float32 (n,).
    """
    labels = tf.reshape(tf.cast(labels, tf.int32), [-1])
    # The one-hot row of `NON_DIGIT` is all zeros.
    shares = tf.one_hot(labels, 10) + 0.1 * tf.cast(labels == NON_DIGIT, tf.float32)[:, tf.newaxis]
    return keras.ops.categorical_crossentropy(shares, probabilities)


class AccuracyOnDigits(keras.metrics.SparseCategoricalAccuracy):
    """The share of digits that are classified correctly; non-digits do not count."""

    def __init__(self) -> None:
        super().__init__(name="accuracy")

    def update_state(self, labels: Any, probabilities: Any, sample_weight: Any = None) -> Any:
        """Count a batch; `sample_weight` is always None."""
        labels = tf.reshape(tf.cast(labels, tf.int32), [-1])
        is_digit = labels != NON_DIGIT
        return super().update_state(tf.maximum(labels, 0), probabilities, tf.cast(is_digit, tf.float32))
