"""What the lab's job costs over a bare `keras.Model.fit`: the same experiment both ways, in turn, pair by pair.

The bare fit does what a script would do: the stock input pipeline on float images, validation after each epoch, and no
files. Both clocks run from building the model to the end of training in a warmed-up process; the lab's time includes
its events, snapshots, the answers to the fixed digits and the saved model.
"""

import argparse
import dataclasses
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mnist_demo.experiment import Experiment
from mnist_demo.jobs.jobs import Jobs
from mnist_demo.jobs.local import LocalExecutor
from mnist_demo.presets import PRESETS
from mnist_demo.runs import EventKind, Lab, RunState, new_lab_id
from tests.benchmarks.report import print_result, print_table


def main() -> None:
    """Run the measurements of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", default="codelab", choices=list(PRESETS))
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    training = dataclasses.replace(
        PRESETS[arguments.preset].training, train_images=55_000, validation_images=5_000, epochs=arguments.epochs
    )
    experiment = dataclasses.replace(PRESETS[arguments.preset], training=training)
    if arguments.child:
        print(json.dumps(_bare_fit(experiment)))
        return

    jobs = Jobs(LocalExecutor())
    pairs = []
    with tempfile.TemporaryDirectory() as folder:
        _through_the_lab(jobs, experiment, Path(folder))  # the first training waits for the fork server's imports
        for _ in range(arguments.pairs):
            bare = _in_a_process(arguments.preset, arguments.epochs)
            pairs.append((_through_the_lab(jobs, experiment, Path(folder)), bare))
    ratios = [lab / bare for lab, bare in pairs]
    print_table(
        ("pair", "the lab's job", "bare fit", "ratio"),
        [(i, f"{a:.2f} s", f"{b:.2f} s", f"{a / b:.3f}") for i, (a, b) in enumerate(pairs, 1)],
    )
    print_result(
        preset=arguments.preset, epochs=arguments.epochs, median_ratio=statistics.median(ratios), ratios=ratios
    )


def _through_the_lab(jobs: Jobs, experiment: Experiment, folder: Path) -> float:
    run = Lab(folder, new_lab_id()).runs.create(experiment)
    jobs.submit(run)
    while jobs.is_active(run):
        time.sleep(0.05)
    times = {event["state"]: event["time"] for event in run.events() if event["kind"] == EventKind.STATE}
    if run.state is not RunState.FINISHED:
        raise RuntimeError(run.reason)
    seconds: float = times[RunState.FINISHED] - times[RunState.STARTING]
    return seconds


def _in_a_process(preset: str, epochs: int) -> float:
    command = [sys.executable, "-m", "tests.benchmarks.live_overhead", "--child"]
    options = ["--preset", preset, "--epochs", str(epochs)]
    done = subprocess.run(command + options, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
    return float(done.stdout.splitlines()[-1])


def _bare_fit(experiment: Experiment) -> float:
    from mnist_demo.data import load_mnist
    from mnist_demo.network import build_model
    from mnist_demo.training.optimizers import build_optimizer

    data, settings = load_mnist(), experiment.training
    train, validation = (
        (split.images[:count].astype("float32")[..., None] / 255, split.labels[:count].astype("int32"))
        for split, count in (
            (data.train, settings.train_images),
            (data.validation, settings.validation_images),
        )
    )
    started = time.monotonic()
    model = build_model(experiment.network, seed=experiment.seed)
    optimizer = build_optimizer(settings, settings.epochs * settings.steps())
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(*train, batch_size=settings.batch_size, epochs=settings.epochs, validation_data=validation, verbose=0)
    return time.monotonic() - started


if __name__ == "__main__":
    main()
