"""A training in a process of its own, so that the process that tests or measures never imports Keras."""

import json
import subprocess
import sys
from pathlib import Path

from mnist_demo.experiment import Experiment
from tests.server import ROOT

_TRAIN = """
import sys
from mnist_demo.data import load_mnist
from mnist_demo.experiment import Experiment
from mnist_demo.training import train
train(Experiment.from_json_text(sys.argv[2]), load_mnist(), sys.argv[1])
"""


def train_apart(experiment: Experiment, folder: Path) -> Path:
    """Train an experiment on MNIST to its end, and return the run's folder."""
    asked = json.dumps(experiment.to_json())
    command = [sys.executable, "-c", _TRAIN, str(folder), asked]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return folder
