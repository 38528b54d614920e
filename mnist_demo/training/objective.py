"""What training makes small, and what it counts as right."""

from typing import Any

from mnist_demo.backend import keras, tf
from mnist_demo.experiment.settings import TrainingSettings
from mnist_demo.training.augmentation.non_digits import NON_DIGIT


def objective(settings: TrainingSettings) -> tuple[Any, list[Any]]:
    """The loss and the metrics, as `keras.Model.compile` takes them."""
    if settings.augmentation.non_digits:
        return unsure_of_non_digits, [AccuracyOnDigits()]
    # An object and not a name: Keras would make its variables in the graph, which is then traced twice.
    return "sparse_categorical_crossentropy", [keras.metrics.SparseCategoricalAccuracy(name="accuracy")]


def unsure_of_non_digits(labels: Any, probabilities: Any) -> Any:
    """Cross-entropy with the label, or with ten equal probabilities where the label is `STRANGER`.

    Args:
        labels: integers (n,) or (n, 1).
        probabilities: (n, 10).

    Returns:
        float32 (n,).
    """
    labels = tf.reshape(tf.cast(labels, tf.int32), [-1])
    # One-hot is all zeros for a label that is none.
    shares = tf.one_hot(labels, 10) + 0.1 * tf.cast(labels == NON_DIGIT, tf.float32)[:, tf.newaxis]
    return keras.ops.categorical_crossentropy(shares, probabilities)


class AccuracyOnDigits(keras.metrics.SparseCategoricalAccuracy):
    """The share of digits read rightly; what is no digit has no right answer."""

    def __init__(self) -> None:
        super().__init__(name="accuracy")

    def update_state(self, labels: Any, probabilities: Any, sample_weight: Any = None) -> Any:
        """Count a batch; weights are never given here."""
        labels = tf.reshape(tf.cast(labels, tf.int32), [-1])
        is_digit = labels != NON_DIGIT
        return super().update_state(tf.maximum(labels, 0), probabilities, tf.cast(is_digit, tf.float32))
