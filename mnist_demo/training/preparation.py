"""The slow steps before the first batch: building and compiling the network, and tracing the training graph."""

from typing import Any

from mnist_demo.backend import tf
from mnist_demo.data import MnistData
from mnist_demo.experiment import Experiment
from mnist_demo.network import build_model
from mnist_demo.training.batch_loop import BatchGraph
from mnist_demo.training.checkpoint import Position
from mnist_demo.training.objective import objective
from mnist_demo.training.optimizers import SteeredRate, build_optimizer
from mnist_demo.training.pipeline import training_batches
from mnist_demo.training.resuming import TrainingError, begin_at


class Preparation:
    """A compiled model and its batches, which serve one training.

    Args:
        experiment: The experiment to train.
        data: The images.
        start: The place where the training begins or continues; the experiment's beginning by default.

    Raises:
        TrainingError: If the experiment asks for more images than the data has.
    """

    def __init__(self, experiment: Experiment, data: MnistData, start: Position | None = None) -> None:
        _check_sizes(experiment, data)
        start = start or begin_at(experiment)
        settings = experiment.training
        epochs, steps = start.last_epoch - start.first_epoch, settings.steps()
        self.experiment, self.data = experiment, data
        self.rate = SteeredRate(settings, epochs * steps, first_step=start.first_epoch * steps)
        self.model: Any = build_model(experiment.network, seed=experiment.seed)
        loss, metrics = objective(settings)
        self.model.compile(
            optimizer=build_optimizer(settings, epochs * steps, self.rate),
            loss=loss,
            metrics=metrics,
            # XLA stays off, because it is two to five times slower on CPUs.
            jit_compile=False,
        )
        # The optimizer is built here, because Keras traces a graph twice if the graph makes variables.
        self.model.optimizer.build(self.model.trainable_variables)
        self.graph = BatchGraph(self.model)

    def batches_from(self, start: Position) -> tf.data.Dataset:
        """The batches of the training from a place on."""
        return training_batches(
            self.data.train,
            self.experiment.training,
            self.experiment.seed,
            first_epoch=start.epoch,
            first_batch=start.batch,
            last_epoch=start.last_epoch,
        )


def _check_sizes(experiment: Experiment, data: MnistData) -> None:
    settings = experiment.training
    asked = (
        ("train_images", settings.train_images, len(data.train.labels)),
        ("validation_images", settings.validation_images, len(data.validation.labels)),
    )
    for name, wanted, available in asked:
        if wanted > available:
            raise TrainingError(f"{name} is {wanted:,}, but {data.name} has only {available:,} such images.")
