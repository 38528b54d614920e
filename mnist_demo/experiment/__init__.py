"""What is to be done: the experiment, its training settings, and what tells two experiments apart."""

from mnist_demo.experiment.experiment import (
    MAX_JSON_BYTES,
    MAX_QUERY_LENGTH,
    MNIST_DIGEST,
    DataReference,
    Experiment,
    ExperimentError,
)

__all__ = ["MAX_JSON_BYTES", "MAX_QUERY_LENGTH", "MNIST_DIGEST", "DataReference", "Experiment", "ExperimentError"]
