"""Plans a fine-tuning on a visitor's drawings, mixed with MNIST; some drawings are held out. Server world.

Most of the images are MNIST's, because a network that is trained on the drawings alone would soon forget MNIST
("rehearsal"; A. Robins, "Catastrophic forgetting, rehearsal and pseudorehearsal", Connection Science 7, 1995).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mnist_demo.data import MnistData, Split, save_data
from mnist_demo.experiment import Experiment
from mnist_demo.experiment.augmentation import Augmentation
from mnist_demo.experiment.settings import Optimizer, Schedule, TrainingSettings
from mnist_demo.presets import shown_name
from mnist_demo.runs import Run, name_of, write_atomically

FEWEST = 10
"""Fewest drawings that a network can be fine-tuned on."""

HELD_OUT = 4
"""One drawing in this many is held out; these tell whether the network learned the hand or only the drawings."""

REHEARSED = 4_000
"""Number of MNIST's training images in the mix."""

SHOWN = 1_500
"""Number of drawings in the mix, repeats included; each drawing is repeated equally often."""

MOST_OFTEN = 60
"""Most repeats of one drawing in the mix."""

VALIDATION = 1_000
"""Number of MNIST's validation images after each epoch, which show forgetting first."""

EPOCHS = 3
BATCH_SIZE = 64
LEARNING_RATE = 1e-3
"""The first learning rate; it falls to zero over the fine-tuning. With 15 drawings of a hand that leans far over, the
accuracy of `fast` rose from 75 to 83% on other digits of that hand and fell from 98.7 to 98.6% on MNIST."""

# The drawings are varied, because nobody writes a digit twice alike; a network with its own augmentation keeps that.
VARIATION = Augmentation(rotation=8, shift=1, zoom=0.06, shear=6)

FINE_TUNED = ", taught your hand"
"""Suffix of the name of a run that was fine-tuned."""


class FineTuningError(ValueError):
    """A network cannot be fine-tuned; the message says why in one sentence."""


@dataclass(frozen=True, eq=False)
class FineTuning:
    """The experiment, data and weights with which a copy of a run is fine-tuned.

    Attributes:
        experiment: The copy's experiment: the same network with a low learning rate.
        data: The training images of MNIST and of the hand; MNIST's validation images; the held-out drawings as the test
            set.
        initial: The weights to begin from, a snapshot's bytes.
    """

    experiment: Experiment
    data: MnistData
    initial: bytes

    def write(self, run: Run) -> None:
        """Write the data and the initial weights into the folder of the copy.

        Raises:
            OSError: If the folder cannot be written.
        """
        save_data(self.data, run.own_data_path)
        write_atomically(run.initial_path, self.initial)


def plan_fine_tuning(source: Run, drawings: Split, mnist: MnistData) -> FineTuning:
    """Plan how a copy of a run is fine-tuned on drawings.

    Args:
        source: A run that was trained on MNIST.
        drawings: The drawings as network inputs, with their labels.
        mnist: The data to mix in.

    Raises:
        FineTuningError: If there are too few drawings, or the run was not trained on MNIST or not trained at all.
        OSError: If the run's weights cannot be read.
    """
    if len(drawings) < FEWEST:
        raise FineTuningError(f"There are {len(drawings)} drawings; a network can be fine-tuned from {FEWEST} on.")
    if not source.experiment.data.is_mnist:
        raise FineTuningError(f"{name_of(source)} did not learn MNIST's digits. Choose another network.")
    if not source.snapshots:
        raise FineTuningError(f"{name_of(source)} has not learned anything yet. Choose another network.")
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
    experiment = _experiment(source.experiment, data, len(fine_tuned), is_again=source.own_data_path.exists())
    return FineTuning(experiment, data, source.snapshots[-1].read_bytes())


def held_out(count: int) -> NDArray[np.bool_]:
    """Return which drawings are held out: a random one of each four in a row.

    The choice depends only on a drawing's place, so that a network that is fine-tuned again with more drawings is not
    tested on drawings that it was trained on before.

    Args:
        count: The number of drawings.

    Returns:
        bool (count,).
    """
    rng = np.random.default_rng(0)
    chosen = np.zeros(count + HELD_OUT, dtype=np.bool_)
    # Every fourth drawing would not do, because among digits drawn in turn all of these are odd or all are even.
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
    name = source.name if is_again else shown_name(source)[: 60 - len(FINE_TUNED)].strip() + FINE_TUNED
    about = f"{shown_name(source)} taught {fine_tuned} drawings, with {REHEARSED:,} images of MNIST."
    return replace(source, name=name, about=about, training=training)
