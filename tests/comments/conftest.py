"""Runs that were really trained, each made for one comment."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mnist_demo.experiment import Experiment
from mnist_demo.experiment.settings import TrainingSettings
from mnist_demo.network import ActivationName, Dense, Flatten, Initializer, Network
from mnist_demo.runs import Run
from tests.server import ROOT

# All runs are trained in one process, because the import of Keras takes longer than the trainings.
_TRAIN = """
import json, sys
from mnist_demo.data import load_mnist
from mnist_demo.experiment import Experiment
from mnist_demo.training import Continuation, train, train_more
for name, experiment in json.loads(sys.argv[2]).items():
    train(Experiment.from_json(experiment), load_mnist(), f"{sys.argv[1]}/{name}")
train_more(f"{sys.argv[1]}/collapsed", load_mnist(), Continuation(epochs=1, learning_rate=10.0))
"""


def _experiment(units: int = 32, *, starts: Initializer = Initializer.GLOROT_UNIFORM, **training: object) -> Experiment:
    hidden = Dense(units, activation=ActivationName.RELU, kernel_initializer=starts)
    values = {"validation_images": 1000, **training}
    return Experiment(network=Network(layers=(Flatten(), hidden)), training=TrainingSettings.from_json(values))


MADE = {
    "good": _experiment(128, train_images=40_000, epochs=5, batch_size=200, learning_rate=0.004),
    "overfitted": _experiment(64, train_images=100, epochs=6, batch_size=20, learning_rate=0.01),
    "guessing": _experiment(train_images=2000, epochs=1, learning_rate=10.0),
    "zeros": _experiment(starts=Initializer.ZEROS, train_images=500, epochs=1, learning_rate=0.1),
    "collapsed": _experiment(train_images=5000, epochs=2),
    "short": _experiment(train_images=2000, epochs=2),
}


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """Return the trained runs by the names of `MADE`."""
    folder: Path = tmp_path_factory.mktemp("comments")
    asked = json.dumps({name: experiment.to_json() for name, experiment in MADE.items()})
    subprocess.run([sys.executable, "-c", _TRAIN, str(folder), asked], cwd=ROOT, check=True, capture_output=True)
    return {name: Run(folder / name) for name in MADE}
