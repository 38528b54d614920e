"""Plans a run that goes on from an earlier epoch of another run, at another learning rate. Server world."""

from dataclasses import dataclass, replace
from pathlib import Path

from mnist_demo.experiment import Experiment
from mnist_demo.runs import Run, name_of, write_atomically


class GoingBackError(ValueError):
    """A run cannot go on from an epoch of another run; the message says why in one sentence."""


@dataclass(frozen=True, eq=False)
class GoingBack:
    """A new run that begins with the weights of an epoch of another run.

    Attributes:
        experiment: The other run's experiment with another learning rate, for the epochs that are left.
        initial: The weights to begin from, a snapshot's bytes.
    """

    experiment: Experiment
    initial: bytes

    def write(self, run: Run) -> None:
        """Write the initial weights into the folder of the new run.

        Raises:
            OSError: If the folder cannot be written.
        """
        write_atomically(run.initial_path, self.initial)


def plan_going_back(source: Run, epoch: int, learning_rate: float) -> GoingBack:
    """Plan a run that goes on from an epoch of `source`; `source` keeps all that it has learned since.

    Args:
        source: The run to go back in.
        epoch: A finished epoch, from 1.
        learning_rate: The learning rate of the new run, as `TrainingSettings` accepts it.

    Raises:
        GoingBackError: If the run keeps no weights of that epoch, or has images of its own.
        OSError: If the weights cannot be read.
        ValueError: If the experiment cannot be read, or the learning rate is not accepted.
    """
    if not can_go_back(source, epoch):
        raise GoingBackError(f"{name_of(source)} cannot go back to epoch {epoch}.")
    before = source.experiment
    epochs = max(1, before.training.epochs - epoch)
    training = replace(before.training, learning_rate=learning_rate, epochs=epochs)
    return GoingBack(replace(before, training=training), _snapshot(source, epoch).read_bytes())


def can_go_back(source: Run, epoch: int) -> bool:
    """Return whether a run keeps the weights of an epoch, and learns from images that another run can use too."""
    return _snapshot(source, epoch).exists() and not source.own_data_path.exists()


def _snapshot(source: Run, epoch: int) -> Path:
    return source.folder / "snapshots" / f"{epoch:03d}.npz"
