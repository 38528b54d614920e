"""Optimizers and learning-rate schedules as Keras objects."""

from typing import Any

from mnist_demo.backend import keras, tf
from mnist_demo.experiment.settings import Optimizer, Schedule, TrainingSettings

WARM_UP_SHARE = 0.3
"""The share of a one-cycle training in which the learning rate rises, 0–1."""

ONE_CYCLE_START = 0.04
"""The first learning rate of a one-cycle training as a share of the peak, as in PyTorch's `OneCycleLR`."""


class OneCycle(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that rises linearly to the peak and then falls linearly to zero.

    Source: Smith & Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates" (2018).

    Args:
        peak: The highest learning rate.
        total_steps: Batches of the whole training.
    """

    def __init__(self, peak: float, total_steps: int) -> None:
        super().__init__()
        self.peak = peak
        self.total_steps = total_steps

    def __call__(self, step: Any) -> Any:
        """Return the learning rate of a batch, counted from 0."""
        done = (tf.cast(step, tf.float32) + 0.5) / float(self.total_steps)
        rising = ONE_CYCLE_START + (1 - ONE_CYCLE_START) * done / WARM_UP_SHARE
        falling = tf.maximum(0.0, (1 - done) / (1 - WARM_UP_SHARE))
        return self.peak * tf.where(done < WARM_UP_SHARE, rising, falling)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments with which Keras makes the schedule again."""
        return {"peak": self.peak, "total_steps": self.total_steps}


def learning_rate(settings: TrainingSettings, total_steps: int) -> Any:
    """Return the learning rate as Keras takes it: a number, or a schedule over all batches."""
    match settings.schedule:
        case Schedule.CONSTANT:
            return settings.learning_rate
        case Schedule.COSINE:
            return keras.optimizers.schedules.CosineDecay(settings.learning_rate, total_steps)
        case Schedule.ONE_CYCLE:
            return OneCycle(settings.learning_rate, total_steps)


class SteeredRate(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that commands can change: the settings' schedule from a given batch on, times a factor.

    Args:
        settings: The learning rate and the schedule.
        total_steps: Batches of the schedule.
        first_step: The batch, counted from 0, at which the schedule begins.
    """

    def __init__(self, settings: TrainingSettings, total_steps: int, first_step: int = 0) -> None:
        super().__init__()
        self._rate = learning_rate(settings, total_steps)
        self._first_step = first_step
        # The factor is a variable, so that another value does not trace the graph again.
        self.factor = keras.Variable(1.0, trainable=False, dtype="float32", name="factor")

    def __call__(self, step: Any) -> Any:
        """Return the learning rate of a batch, counted from 0."""
        # A run resumed from before the schedule's start uses the first rate, because its last state is lost.
        rate = self._rate(tf.maximum(step - self._first_step, 0)) if callable(self._rate) else self._rate
        return rate * self.factor


def build_optimizer(settings: TrainingSettings, total_steps: int, rate: Any = None) -> Any:
    """Make the Keras optimizer of the settings.

    Args:
        settings: The optimizer, its learning rate and schedule.
        total_steps: Batches of the whole training.
        rate: A learning rate as Keras takes it; the settings' by default.
    """
    rate = learning_rate(settings, total_steps) if rate is None else rate
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
