"""Numbers about a network, all from the predictions of one pass over the images. This room imports NumPy only."""

from mnist_demo.evaluation.calibration import calibrated, fit_temperature
from mnist_demo.evaluation.evaluation import ClassScore, Evaluation, EvaluationError, Mistake, evaluate
from mnist_demo.evaluation.mcnemar import McNemar, mcnemar
from mnist_demo.evaluation.metrics import (
    Interval,
    confusion_matrix,
    cross_entropy,
    precision_recall_f1,
    wilson_interval,
)

__all__ = [
    "ClassScore",
    "Evaluation",
    "EvaluationError",
    "Interval",
    "McNemar",
    "Mistake",
    "calibrated",
    "confusion_matrix",
    "cross_entropy",
    "evaluate",
    "fit_temperature",
    "mcnemar",
    "precision_recall_f1",
    "wilson_interval",
]
