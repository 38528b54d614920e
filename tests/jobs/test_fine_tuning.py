"""Fine-tuning a copy of a run on a hand: the copy learns the hand, remembers MNIST, and leaves the run unchanged."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from mnist_demo.data import Split, load_data, load_mnist
from mnist_demo.experiment import DataReference, Experiment
from mnist_demo.experiment.settings import TrainingSettings
from mnist_demo.inference.worker import predict
from mnist_demo.jobs.fine_tuning import FEWEST, REHEARSED, VALIDATION, FineTuningError, held_out, plan_fine_tuning
from mnist_demo.network import ActivationName, Dense, Flatten, Network
from mnist_demo.runs import Run, RunState, create_run
from mnist_demo.training import train


def a_strange_hand(count: int, first: int = 0) -> Split:
    """Return the digits of a person whose digits all lean far over: MNIST's, sheared."""
    images, labels = (array[first : first + count] for array in (load_mnist().test.images, load_mnist().test.labels))
    leaning = np.stack([np.roll(images[:, row], 14 - row, axis=1) for row in range(28)], axis=1)
    return Split(leaning, labels)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Run:
    experiment = Experiment(
        name="small",
        network=Network(layers=(Flatten(), Dense(64, activation=ActivationName.RELU))),
        training=TrainingSettings(batch_size=100, epochs=3, train_images=20_000, validation_images=500),
    )
    return train(experiment, load_mnist(), tmp_path_factory.mktemp("source") / "run")


def right(weights: Path, split: Split) -> float:
    return float((predict(weights, split.images).argmax(axis=1) == split.labels).mean())


def test_the_copy_learns_the_hand_and_remembers_mnist(source: Run, tmp_path: Path) -> None:
    before = source.snapshots[-1].read_bytes()
    fine_tuning = plan_fine_tuning(source, a_strange_hand(80), load_mnist())
    run = create_run(tmp_path / "taught", fine_tuning.experiment)
    fine_tuning.write(run)
    train(run.experiment, load_data(run.own_data_path), run.folder)

    assert run.state is RunState.FINISHED
    assert run.experiment.name == "small, taught your hand"
    assert run.experiment.data.is_mnist
    assert source.snapshots[-1].read_bytes() == before
    # The fine-tuning began from the run's weights.
    held_out, test = load_data(run.own_data_path).test, load_mnist().test[:2000]
    assert right(run.snapshots[0], test) == right(source.snapshots[-1], test)
    assert len(held_out) == 20
    others = a_strange_hand(500, first=1000)
    assert right(run.snapshots[-1], others) >= right(run.snapshots[0], others) + 0.1
    assert right(run.snapshots[-1], test) >= right(run.snapshots[0], test) - 0.02


def test_held_out_drawings_are_not_trained_on(source: Run) -> None:
    hand = a_strange_hand(11)
    data = plan_fine_tuning(source, hand, load_mnist()).data
    own = {image.tobytes() for image in hand.images}
    shown = [image.tobytes() for image in data.train.images if image.tobytes() in own]
    kept = {image.tobytes() for image in data.test.images}
    assert len(kept) == 3
    assert not kept & set(shown)
    assert kept | set(shown) == own
    assert len(data.train) == REHEARSED + len(shown)
    assert len({shown.count(image) for image in set(shown)}) == 1
    assert len(data.validation) == VALIDATION


@pytest.mark.parametrize("seed", [0, 7])
def test_held_out_drawings_stay_held_out_when_drawings_are_added(source: Run, tmp_path: Path, seed: int) -> None:
    first = plan_fine_tuning(source, a_strange_hand(FEWEST), load_mnist())
    other = create_run(tmp_path / "other", dataclasses.replace(source.experiment, seed=seed))
    (other.folder / "snapshots" / "000.npz").write_bytes(first.initial)
    second = plan_fine_tuning(other, a_strange_hand(43), load_mnist())
    shown = {image.tobytes() for image in first.data.train.images}
    assert not shown & {image.tobytes() for image in second.data.test.images}
    # Over many digits drawn in turn, each of the ten digits is held out at some place.
    assert {place % 10 for place in np.flatnonzero(held_out(500))} == set(range(10))
    assert held_out(500).sum() == 125
    assert held_out(FEWEST).sum() == 2


def test_a_second_fine_tuning_has_no_longer_name(source: Run, tmp_path: Path) -> None:
    fine_tuning = plan_fine_tuning(source, a_strange_hand(FEWEST), load_mnist())
    fine_tuned = create_run(tmp_path / "taught", fine_tuning.experiment)
    fine_tuning.write(fine_tuned)
    (fine_tuned.folder / "snapshots" / "000.npz").write_bytes(fine_tuning.initial)
    again = plan_fine_tuning(fine_tuned, a_strange_hand(FEWEST), load_mnist())
    assert again.experiment.name == fine_tuning.experiment.name
    long = create_run(tmp_path / "long", dataclasses.replace(fine_tuning.experiment, name="x" * 60))
    (long.folder / "snapshots" / "000.npz").write_bytes(fine_tuning.initial)
    assert plan_fine_tuning(long, a_strange_hand(FEWEST), load_mnist()).experiment.name.endswith("taught your hand")


def test_a_run_that_cannot_be_fine_tuned_gets_a_sentence(
    source: Run, tmp_path: Path, small_experiment: Experiment
) -> None:
    with pytest.raises(FineTuningError, match="from 10 on"):
        plan_fine_tuning(source, a_strange_hand(FEWEST - 1), load_mnist())
    empty = create_run(tmp_path / "empty", small_experiment)
    with pytest.raises(FineTuningError, match="has not learned anything"):
        plan_fine_tuning(empty, a_strange_hand(FEWEST), load_mnist())
    shirts = dataclasses.replace(small_experiment, data=DataReference("Fashion", "0" * 64))
    with pytest.raises(FineTuningError, match="did not learn MNIST"):
        plan_fine_tuning(create_run(tmp_path / "shirts", shirts), a_strange_hand(FEWEST), load_mnist())
