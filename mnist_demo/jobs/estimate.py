"""Estimate how long a training takes here: arithmetic on the experiment, corrected by the times of past runs.

Server world: nothing here needs Keras.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from mnist_demo.experiment import Experiment
from mnist_demo.runs import Run, RunState

# The constants were fitted by non-negative least squares on relative errors to the processor time per batch of the
# presets and five other networks (0.006 to 10 million multiply-adds, batches of 8 to 1,024) with Keras 3.15; two cores
# do 1.35 s of it in one. The fit is within a sixth of the measured times; past runs correct for the machine at hand.
_SECONDS_PER_IMAGE = 2.1e-7
_SECONDS_PER_MULTIPLY_ADD = 3.5e-11
_SECONDS_PER_VALUE = 2.4e-9
_SECONDS_PER_LAYER_AND_STEP = 1.2e-4
_SECONDS_PER_PARAMETER_AND_STEP = 2.6e-9
_SECONDS_PER_AUGMENTED_IMAGE = 1.5e-5

_FORWARD_SHARE = 1 / 3
"""Cost of a validation image relative to a training image, because a training step takes about three passes."""

# Tracing happens twice, because the graphs of training and of validation are traced once each.
_TRACING_SECONDS = 0.3
_TRACING_SECONDS_PER_LAYER = 0.06

_PROCESS_SECONDS = 1.0
"""Seconds from the click to the first batch: the process, the data and the model."""

_SMALLEST_CORRECTION, _LARGEST_CORRECTION = 0.05, 50.0


@dataclass(frozen=True)
class Observation:
    """The time that a finished training took.

    Attributes:
        experiment: The experiment of the training.
        seconds: The seconds from its first batch to its end.
    """

    experiment: Experiment
    seconds: float


def observe(run: Run) -> Observation | None:
    """Return the time that a run took; None when it has not finished or cannot be read."""
    try:
        seconds = run.history().seconds
        if run.state is not RunState.FINISHED or seconds <= 0:
            return None
        return Observation(run.experiment, seconds)
    except (OSError, ValueError):
        return None


def estimate_seconds(experiment: Experiment, past: Sequence[Observation] = ()) -> float:
    """Return the seconds from pressing Train to the end of the last epoch, without the wait in the queue.

    Args:
        experiment: The experiment to be trained.
        past: Trainings on this machine. The median ratio of their times to the expected times corrects the estimate, so
            a single run on a busy machine does not spoil it.
    """
    ratios = [each.seconds / _expected_seconds(each.experiment) for each in past]
    correction = median(ratios) if ratios else 1.0
    bounded = min(max(correction, _SMALLEST_CORRECTION), _LARGEST_CORRECTION)
    return _PROCESS_SECONDS + bounded * _expected_seconds(experiment)


def _expected_seconds(experiment: Experiment) -> float:
    """Return the seconds from the first batch to the end on the machine that the constants were measured on."""
    report, settings = experiment.network.report(), experiment.training
    layers, steps = len(report.layers), settings.steps()
    passes = settings.train_images + _FORWARD_SHARE * settings.validation_images
    per_image = (
        _SECONDS_PER_IMAGE
        + _SECONDS_PER_MULTIPLY_ADD * report.multiply_adds
        + _SECONDS_PER_VALUE * report.feature_values
    )
    per_step = _SECONDS_PER_LAYER_AND_STEP * layers + _SECONDS_PER_PARAMETER_AND_STEP * report.parameters
    augmented = settings.train_images if settings.augmentation.is_active else 0
    epoch = passes * per_image + steps * per_step + augmented * _SECONDS_PER_AUGMENTED_IMAGE
    return _TRACING_SECONDS + _TRACING_SECONDS_PER_LAYER * layers + settings.epochs * epoch
