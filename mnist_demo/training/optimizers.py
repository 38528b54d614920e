"""Optimizers and learning-rate schedules as Keras objects."""

import math
from typing import Any

from mnist_demo.backend import keras, tf
from mnist_demo.settings import Optimizer, Schedule, TrainingSettings

WARM_UP_SHARE = 0.3
"""Share of a one-cycle training in which the rate rises."""

ONE_CYCLE_START = 25.0
"""The first rate of a one-cycle training is the peak divided by this, as in fastai and PyTorch."""


@keras.saving.register_keras_serializable(package="mnist_demo")
class OneCycle(keras.optimizers.schedules.LearningRateSchedule):
    """Up along a half cosine to the peak, then down along another to zero.

    The form of PyTorch's `OneCycleLR`, after Smith & Topin, "Super-Convergence" (2018).

    Args:
        peak: the highest learning rate.
        total_steps: batches of the whole training.
    """

    def __init__(self, peak: float, total_steps: int) -> None:
        super().__init__()
        self.peak = peak
        self.total_steps = total_steps

    def __call__(self, step: Any) -> Any:
        """The rate of a batch, counted from 0."""
        done = tf.cast(step, tf.float32) / float(max(1, self.total_steps))
        rising = _half_cosine(self.peak / ONE_CYCLE_START, self.peak, done / WARM_UP_SHARE)
        falling = _half_cosine(self.peak, 0.0, (done - WARM_UP_SHARE) / (1 - WARM_UP_SHARE))
        return tf.where(done < WARM_UP_SHARE, rising, falling)

    def get_config(self) -> dict[str, Any]:
        """What Keras needs to make it again."""
        return {"peak": self.peak, "total_steps": self.total_steps}


def _half_cosine(start: float, end: float, share: Any) -> Any:
    share = tf.clip_by_value(share, 0.0, 1.0)
    return end + (start - end) * 0.5 * (1.0 + tf.cos(math.pi * share))


def learning_rate(settings: TrainingSettings, total_steps: int) -> Any:
    """The learning rate as Keras takes it: a number, or a schedule over all batches."""
    match settings.schedule:
        case Schedule.CONSTANT:
            return settings.learning_rate
        case Schedule.COSINE:
            return keras.optimizers.schedules.CosineDecay(settings.learning_rate, total_steps)
        case Schedule.ONE_CYCLE:
            return OneCycle(settings.learning_rate, total_steps)


def build_optimizer(settings: TrainingSettings, total_steps: int) -> Any:
    """The Keras optimizer that the settings describe."""
    rate = learning_rate(settings, total_steps)
    match settings.optimizer:
        case Optimizer.SGD:
            return keras.optimizers.SGD(rate, momentum=settings.momentum)
        case Optimizer.RMSPROP:
            return keras.optimizers.RMSprop(rate)
        case Optimizer.ADAM:
            return keras.optimizers.Adam(rate, beta_1=settings.beta_1, beta_2=settings.beta_2)
        case Optimizer.ADAMW:
            return keras.optimizers.AdamW(
                rate, beta_1=settings.beta_1, beta_2=settings.beta_2, weight_decay=settings.weight_decay
            )
