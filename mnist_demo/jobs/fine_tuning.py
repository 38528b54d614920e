"""What a network is taught of somebody's hand: drawings mixed with MNIST, some of them held back. Server world.

A network that learned nothing but the drawings would soon forget MNIST, so most of what it is shown is MNIST's
("rehearsal"; A. Robins, "Catastrophic forgetting, rehearsal and pseudorehearsal", Connection Science 7, 1995).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mnist_demo.data import MnistData, Split, save_data
from mnist_demo.experiment import Experiment
from mnist_demo.experiment.augmentation import Augmentation
from mnist_demo.experiment.settings import Optimizer, Schedule, TrainingSettings
from mnist_demo.runs import Run, write_atomically

FEWEST = 10
"""Drawings from which a network can be fine-tuned."""

HELD_OUT = 4
"""One drawing in so many is not shown, so that these can tell whether it learned the hand or the drawings."""

REHEARSED = 4_000
"""MNIST's training images that it is shown again."""

SHOWN = 1_500
"""How often drawings are shown in an epoch, all together, each as often as the others."""

MOST_OFTEN = 60
"""How often one drawing is shown in an epoch at most."""

VALIDATION = 1_000
"""MNIST's validation images that are looked at after each epoch: forgetting shows on them first."""

EPOCHS = 3
BATCH_SIZE = 64
LEARNING_RATE = 1e-3
"""Falling to nothing over the lesson. Fifteen drawings of a hand that leans far over took `fast` from 75 to 83% of
others by that hand, and from 98.7 to 98.6% of MNIST's."""

# Nobody writes a digit twice alike; where a network learned with more variation, it goes on with that.
VARIATION = Augmentation(rotation=8, shift=1, zoom=0.06, shear=6)

FINE_TUNED = ", taught your hand"
"""What the name of a run that was fine-tuned ends with."""


class FineTuningError(ValueError):
    """A network cannot be fine-tuned; the message says why in one sentence."""


@dataclass(frozen=True, eq=False)
class FineTuning:
    """What a copy of a run is to learn.

    Attributes:
        experiment: the copy's: the same network, gently trained.
        data: training images of MNIST and of the hand; MNIST's validation images; as the test set, the drawings that
            are held back.
        initial: the weights to begin from, a snapshot's bytes.
    """

    experiment: Experiment
    data: MnistData
    initial: bytes

    def write(self, run: Run) -> None:
        """Put it into the folder of the run that is to be trained.

        Raises:
            OSError: when it cannot be written.
        """
        save_data(self.data, run.own_data_path)
        write_atomically(run.initial_path, self.initial)


def plan_fine_tuning(source: Run, drawings: Split, mnist: MnistData) -> FineTuning:
    """Plan how a copy of a run is fine-tuned on drawings.

    Args:
        source: a run that was trained on MNIST.
        drawings: digits as a network gets them, with their labels.
        mnist: what is rehearsed.

    Raises:
        FineTuningError: when there are too few drawings, or the run did not learn MNIST or anything at all.
        OSError: when its weights cannot be read.
    """
    if len(drawings) < FEWEST:
        raise FineTuningError(f"There are {len(drawings)} drawings; a network can be fine-tuned from {FEWEST} on.")
    if not source.experiment.data.is_mnist:
        raise FineTuningError(f"{source.experiment.name} did not learn MNIST's digits. Choose another network.")
    if not source.snapshots:
        raise FineTuningError(f"{source.experiment.name} has not learned anything yet. Choose another network.")
    rng = np.random.default_rng(source.experiment.seed)
    is_held_out = held_out(len(drawings))
    kept, fine_tuned = np.flatnonzero(is_held_out), np.flatnonzero(~is_held_out)
    often = max(1, min(MOST_OFTEN, SHOWN // len(fine_tuned)))
    shown = np.repeat(fine_tuned, often)
    rehearsed = np.sort(rng.permutation(len(mnist.train))[:REHEARSED])
    train = Split(
        np.concatenate([mnist.train.images[rehearsed], drawings.images[shown]]),
        np.concatenate([mnist.train.labels[rehearsed], drawings.labels[shown]]),
    )
    data = MnistData(
        name="MNIST and your hand",
        train=train,
        validation=mnist.validation[:VALIDATION],
        test=Split(drawings.images[kept], drawings.labels[kept]),
    )
    experiment = _experiment(source.experiment, data, len(fine_tuned), is_again=source.initial_path.exists())
    return FineTuning(experiment, data, source.snapshots[-1].read_bytes())


def held_out(count: int) -> NDArray[np.bool_]:
    """Which drawings are held back: one of each four in a row, any of them.

    A drawing's place among them decides, whatever comes after it, whichever network is fine-tuned: else a network that
    is fine-tuned again, with more drawings, would be asked what it was shown the first time.

    Args:
        count: of drawings.

    Returns:
        bool (count,).
    """
    rng = np.random.default_rng(0)
    chosen = np.zeros(count + HELD_OUT, dtype=np.bool_)
    # Not every fourth: of digits that are drawn in turn those would all be odd, or all even.
    for first in range(0, count, HELD_OUT):
        chosen[first + rng.integers(HELD_OUT)] = True
    return chosen[:count]


def _experiment(source: Experiment, data: MnistData, fine_tuned: int, *, is_again: bool) -> Experiment:
    variation = source.training.augmentation
    training = TrainingSettings(
        optimizer=Optimizer.ADAM,
        learning_rate=LEARNING_RATE,
        schedule=Schedule.COSINE,
        batch_size=min(BATCH_SIZE, source.network.report().largest_batch),
        epochs=EPOCHS,
        train_images=len(data.train),
        validation_images=len(data.validation),
        augmentation=variation if variation.is_active else VARIATION,
    )
    name = source.name if is_again else source.name[: 60 - len(FINE_TUNED)].strip() + FINE_TUNED
    about = f"{source.name} taught {fine_tuned} drawings, with {REHEARSED:,} images of MNIST."
    return replace(source, name=name, about=about, training=training)
