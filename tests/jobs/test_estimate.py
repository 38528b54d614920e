"""The estimate of the training time."""

import dataclasses
from pathlib import Path

import pytest

from mnist_demo.experiment import Experiment
from mnist_demo.experiment.augmentation import Augmentation
from mnist_demo.jobs.estimate import Observation, estimate_seconds, observe
from mnist_demo.presets import PRESETS
from mnist_demo.runs import EventKind, EventWriter, RunState, create_run


def trained_like(experiment: Experiment, **changes: object) -> Experiment:
    training = dataclasses.replace(experiment.training, **changes)  # type: ignore[arg-type]
    return dataclasses.replace(experiment, training=training)


# The seconds from click to end were measured on two cores with Keras 3.15: 6,000 images, 1,000 validation images.
@pytest.mark.parametrize(
    ("preset", "measured"),
    [("fast", 3.8), ("codelab", 2.2), ("dense", 1.4), ("convnet", 2.9), ("mnist_convnet", 6.5), ("tiny", 4.0)],
)
def test_within_a_factor_of_two_of_what_was_measured(preset: str, measured: float) -> None:
    asked = trained_like(PRESETS[preset], train_images=6_000, validation_images=1_000, epochs=4)
    assert measured / 2 < estimate_seconds(asked) < 2 * measured


@pytest.mark.parametrize(
    "changes",
    [{"epochs": 20}, {"batch_size": 32}, {"augmentation": Augmentation(rotation=5)}],
    ids=lambda changes: next(iter(changes)),
)
def test_more_work_takes_longer(changes: dict[str, object]) -> None:
    assert estimate_seconds(trained_like(PRESETS["fast"], **changes)) > estimate_seconds(PRESETS["fast"])


def test_fewer_images_take_less_time() -> None:
    assert estimate_seconds(trained_like(PRESETS["fast"], train_images=1_000)) < estimate_seconds(PRESETS["fast"])


def test_past_runs_correct_the_estimate() -> None:
    asked = PRESETS["codelab"]
    slow = [Observation(asked, 100.0), Observation(asked, 100.0), Observation(asked, 9_000.0)]
    # The median ignores the one run of a busy machine; one second is the start of the process.
    assert estimate_seconds(asked, slow) == pytest.approx(101.0)
    assert estimate_seconds(PRESETS["accurate"], slow) > estimate_seconds(PRESETS["accurate"])


def test_a_correction_beyond_reason_is_bounded() -> None:
    asked = PRESETS["codelab"]
    assert estimate_seconds(asked, [Observation(asked, 1e12)]) < 51 * estimate_seconds(asked)


def test_a_finished_run_is_an_observation(tmp_path: Path) -> None:
    run = create_run(tmp_path / "run", PRESETS["codelab"])
    assert observe(run) is None
    with EventWriter(run.events_path) as writer:
        writer.write(
            EventKind.EPOCH,
            **dict.fromkeys(("epoch", "step", "images", "loss", "accuracy", "val_loss", "val_accuracy"), 1),
            seconds=12.5,
        )
    run.mark(RunState.STOPPED)
    assert observe(run) is None
    run.mark(RunState.FINISHED)
    assert observe(run) == Observation(PRESETS["codelab"], 12.5)
    (run.folder / "experiment.json").write_text("{")
    assert observe(type(run)(run.folder)) is None
