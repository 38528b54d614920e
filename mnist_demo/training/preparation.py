"""What takes time before the first batch: the network, compiled, and the graph that teaches it."""

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
    """A model made ready for a training, and its batches; used by one training and no more.

    Args:
        experiment: what to do.
        data: what it is done with.
        start: the place where the training begins or goes on; the experiment's beginning by default.

    Raises:
        TrainingError: when the experiment asks for more images than the data has.
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
            # Forced on, XLA is two to five times slower on CPUs.
            jit_compile=False,
        )
        # Now, because a graph in which variables are made is traced twice.
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
