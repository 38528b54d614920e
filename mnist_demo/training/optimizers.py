"""Optimizers and learning-rate schedules as Keras objects."""

from typing import Any

from mnist_demo.backend import keras, tf
from mnist_demo.experiment.settings import Optimizer, Schedule, TrainingSettings

WARM_UP_SHARE = 0.3
"""Share of a one-cycle training in which the rate rises."""

ONE_CYCLE_START = 0.04
"""The first rate of a one-cycle training as a share of the peak, as in PyTorch's `OneCycleLR`."""


class OneCycle(keras.optimizers.schedules.LearningRateSchedule):
    """In a straight line up to the peak, then in another down to zero.

    After Smith & Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates" (2018).

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
        done = (tf.cast(step, tf.float32) + 0.5) / float(self.total_steps)
        rising = ONE_CYCLE_START + (1 - ONE_CYCLE_START) * done / WARM_UP_SHARE
        falling = tf.maximum(0.0, (1 - done) / (1 - WARM_UP_SHARE))
        return self.peak * tf.where(done < WARM_UP_SHARE, rising, falling)

    def get_config(self) -> dict[str, Any]:
        """What Keras needs to make it again."""
        return {"peak": self.peak, "total_steps": self.total_steps}


def learning_rate(settings: TrainingSettings, total_steps: int) -> Any:
    """The learning rate as Keras takes it: a number, or a schedule over all batches."""
    match settings.schedule:
        case Schedule.CONSTANT:
            return settings.learning_rate
        case Schedule.COSINE:
            return keras.optimizers.schedules.CosineDecay(settings.learning_rate, total_steps)
        case Schedule.ONE_CYCLE:
            return OneCycle(settings.learning_rate, total_steps)


class SteeredRate(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that can be changed while training: the settings' own, begun at some batch, times a factor.

    Args:
        settings: rate and schedule.
        total_steps: batches that the schedule is spread over.
        first_step: the batch, counted from 0, at which the schedule begins.
    """

    def __init__(self, settings: TrainingSettings, total_steps: int, first_step: int = 0) -> None:
        super().__init__()
        self._rate = learning_rate(settings, total_steps)
        self._first_step = first_step
        # A variable, so that the graph need not be traced again for another value.
        self.factor = keras.Variable(1.0, trainable=False, dtype="float32", name="factor")

    def __call__(self, step: Any) -> Any:
        """The rate of a batch, counted from 0."""
        # Who goes on from before the schedule began, its last state being lost, goes on at its first rate.
        rate = self._rate(tf.maximum(step - self._first_step, 0)) if callable(self._rate) else self._rate
        return rate * self.factor


def build_optimizer(settings: TrainingSettings, total_steps: int, rate: Any = None) -> Any:
    """The Keras optimizer that the settings describe.

    Args:
        settings: optimizer, learning rate and schedule.
        total_steps: batches of the whole training.
        rate: another learning rate than the settings', as Keras takes it.
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
