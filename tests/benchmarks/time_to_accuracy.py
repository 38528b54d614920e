"""How accurate the presets get and how long they take, beside the keras.io recipe in the same run.

Each training has a process of its own. The time is that of `train`: model, graph, all epochs, validation and files. The
test images are used once, after the clock has stopped. The options are in `python -m tests.benchmarks.time_to_accuracy
--help`.
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

from mnist_demo.presets import PRESETS
from tests.benchmarks.report import print_result, print_table

TARGETS = {"fast": 0.99, "accurate": 0.9955, "canvas": 0.993, "tiny": 0.99}
LONGEST = {"accurate": 120.0, "canvas": 120.0, "tiny": 180.0}
FAST_SHARE = 0.12
"""Greatest time of `fast`, as a share of the keras.io recipe's time to its first epoch at 99% validation accuracy."""


def main() -> None:
    """Run the measurements of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--presets", nargs="*", default=list(TARGETS), choices=list(PRESETS))
    parser.add_argument("--seeds", type=int, default=5, help="seeds 0 to N-1")
    parser.add_argument("--no-keras-io", action="store_true", help="leave the keras.io recipe out")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        print(json.dumps(_keras_io() if arguments.child == "keras_io" else _train(arguments.child)))
        return

    rows: list[tuple[object, ...]] = []
    figures: dict[str, object] = {}
    reference = None if arguments.no_keras_io else _in_a_process("keras_io")
    if reference:
        rows.append(("keras.io recipe", f"val {reference['accuracy']:.4f}", f"{reference['seconds']:.1f} s", ""))
        figures["keras_io"] = reference
    for name in arguments.presets:
        results = [_in_a_process(f"{name}:{seed}") for seed in range(arguments.seeds)]
        accuracies = [result["accuracy"] for result in results]
        seconds = statistics.median(result["seconds"] for result in results)
        mean = statistics.mean(accuracies)
        share = f"{seconds / reference['seconds']:.1%} of keras.io's" if reference else ""
        spread = f"{mean:.4f} ({', '.join(f'{accuracy:.4f}' for accuracy in accuracies)})"
        rows.append((name, spread, f"{seconds:.1f} s (longest {max(r['seconds'] for r in results):.1f} s)", share))
        figures[name] = {
            "accuracy": mean,
            "accuracies": accuracies,
            "target": TARGETS.get(name),
            "seconds": seconds,
            "longest": LONGEST.get(name),
            "share": seconds / reference["seconds"] if reference else None,
        }
    print_table(("preset", "test accuracy: mean (each seed)", "median time", "share"), rows)
    print_result(**figures)


def _in_a_process(what: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.time_to_accuracy", "--child", what]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    print(what, result, file=sys.stderr, flush=True)
    return result


def _train(what: str) -> dict[str, float]:
    """Train one preset with one seed, given as `name:seed`."""
    from mnist_demo.backend import keras
    from mnist_demo.data import load_mnist
    from mnist_demo.training import train

    name, seed = what.split(":")
    data = load_mnist()
    experiment = dataclasses.replace(PRESETS[name], seed=int(seed))
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        run = train(experiment, data, Path(folder) / "run")
        seconds = time.monotonic() - started
        model = keras.models.load_model(run.model_path)
        best = run.history().epochs["val_accuracy"][-1]
    images = data.test.images.astype("float32")[..., None] / 255
    answers = model.predict(images, batch_size=500, verbose=0).argmax(axis=1)
    accuracy = float((answers == data.test.labels).mean())
    return {"accuracy": accuracy, "validation": float(best), "seconds": seconds}


def _keras_io() -> dict[str, float]:
    """Train keras.io/examples/vision/mnist_convnet unchanged, until its first epoch with 99% validation accuracy."""
    from mnist_demo.backend import keras
    from mnist_demo.data import load_mnist

    data = load_mnist()
    inputs = [split.images.astype("float32")[..., None] / 255 for split in (data.train, data.validation)]
    labels = [keras.utils.to_categorical(split.labels, 10) for split in (data.train, data.validation)]
    keras.utils.set_random_seed(0)
    layers = keras.layers
    started = time.monotonic()
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])

    class StopAt99(keras.callbacks.Callback):  # type: ignore[misc]
        def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
            self.model.stop_training = (logs or {})["val_accuracy"] >= 0.99

    history = model.fit(
        inputs[0],
        labels[0],
        batch_size=128,
        epochs=15,
        validation_data=(inputs[1], labels[1]),
        callbacks=[StopAt99()],
        verbose=0,
    )
    reached = history.history["val_accuracy"]
    return {"accuracy": reached[-1], "epochs": len(reached), "seconds": time.monotonic() - started}


if __name__ == "__main__":
    main()
