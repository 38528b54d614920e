"""What all tests share: a home of their own, and a small experiment that trains in a second."""

from pathlib import Path

import pytest
from hypothesis import settings

from mnist_demo.experiment import Experiment
from mnist_demo.experiment.settings import TrainingSettings
from mnist_demo.network import ActivationName, Dense, Flatten, Network
from mnist_demo.runs import HOME_VARIABLE

# How long an example takes depends on the machine; speed is measured in tests/benchmarks.
settings.register_profile("lab", deadline=None)
settings.load_profile("lab")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where runs and uploads of one test lie."""
    folder = tmp_path / "home"
    monkeypatch.setenv(HOME_VARIABLE, str(folder))
    return folder


@pytest.fixture
def small_experiment() -> Experiment:
    """One hidden layer, 500 images, two epochs of five batches."""
    return Experiment(
        name="small",
        network=Network(layers=(Flatten(), Dense(16, activation=ActivationName.RELU))),
        training=TrainingSettings(batch_size=100, epochs=2, train_images=500, validation_images=200),
    )
