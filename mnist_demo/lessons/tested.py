"""Figures of runs' test predictions, of runs that differ in their seed, and of two runs side by side."""

from collections.abc import Sequence

from mnist_demo.evaluation import Interval, McNemar, fit_temperature, mcnemar, wilson_interval
from mnist_demo.experiment import Experiment
from mnist_demo.runs import Predictions, Run, RunState, final_predictions, read_summary
from mnist_demo.runs.predictions import VALIDATION, read_predictions

SURE = 0.9
"""Least probability of an answer that counts as sure."""


def interval(tested: Predictions) -> Interval:
    """Return the 95% interval of the test accuracy."""
    return wilson_interval(tested.correct_count, len(tested))


def sure_mistakes(tested: Predictions) -> int:
    """Count the mistakes in which the network was sure."""
    return int((~tested.correct & (tested.confidences > SURE)).sum())


def temperature(run: Run) -> float | None:
    """Return a run's temperature on its validation images; None until the page Draw has asked for these predictions."""
    snapshots = run.snapshots
    kept = read_predictions(snapshots[-1], VALIDATION) if snapshots else None
    if kept is None or kept.probabilities is None:
        return None
    try:
        return fit_temperature(kept.labels, kept.probabilities)
    except ValueError:  # the probabilities of a training that diverged are not finite
        return None


def has_trained(run: Run, experiment: Experiment) -> bool:
    """Tell whether a run trained an experiment, whatever their names and seeds."""
    try:
        trained = run.experiment
    except (OSError, ValueError):
        return False
    asked = experiment.network, experiment.training, experiment.data
    return asked == (trained.network, trained.training, trained.data)


def accuracies_by_seed(runs: Sequence[Run], experiment: Experiment) -> dict[int, float]:
    """Return the validation accuracy of a finished run of an experiment for each seed."""
    summaries = {run: read_summary(run) for run in runs if has_trained(run, experiment)}
    return {
        run.experiment.seed: summary.validation_accuracy
        for run, summary in summaries.items()
        if summary.state is RunState.FINISHED and summary.validation_accuracy is not None
    }


def pair(runs: Sequence[Run]) -> tuple[McNemar, int] | None:
    """Return McNemar's test of two runs and the number of test images; None unless both were tested on the same."""
    if len(runs) != 2:
        return None
    first, second = (final_predictions(run) for run in runs)
    if first is None or second is None or first.labels.tobytes() != second.labels.tobytes():
        return None
    return mcnemar(first.correct, second.correct), len(first)
