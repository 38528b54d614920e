"""Describe what to train: the experiment, its training settings, and the difference of two experiments."""

from mnist_demo.experiment.experiment import (
    MAX_JSON_BYTES,
    MAX_QUERY_LENGTH,
    MNIST_DIGEST,
    DataReference,
    Experiment,
    ExperimentError,
)

__all__ = ["MAX_JSON_BYTES", "MAX_QUERY_LENGTH", "MNIST_DIGEST", "DataReference", "Experiment", "ExperimentError"]
