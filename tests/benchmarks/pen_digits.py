"""How accurately networks classify digits written with a pen, and how reliably non-digits are refused.

The digits take the way of the page Draw; the networks learn from MNIST alone. The command is `python -m
tests.benchmarks.pen_digits --strokes FILE`. FILE is gzipped JSON: {"box": [width, height], "digits": [{"digit": 0-9,
"writer": n, "strokes": [[[x, y], ...], ...]}, ...]}, y downwards; it is for measurements only and not in the project.
"""

import argparse
import dataclasses
import gzip
import json
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_demo.data import MnistData, load_mnist
from mnist_demo.drawing import digit_from_strokes
from mnist_demo.drawing.decidedness import DECIDED, TWO_BEST
from mnist_demo.evaluation import calibrated, fit_temperature
from mnist_demo.presets import PRESETS
from mnist_demo.training import train
from tests.benchmarks.baselines import canvas_picture, crop_and_centre, naive
from tests.benchmarks.refusals import Trial, non_digit_images, trade_off
from tests.benchmarks.report import print_result, print_table
from tests.evaluation.calibration_error import expected_calibration_error

TARGETS = {"fast": 0.94, "canvas": 0.975}
WAYS = ("drawn anew", "crop and centre", "naive")
DRAWN_PEN = 24 / 328
"""Width of the pen on the page Draw, as a share of the canvas's side."""


@dataclass(frozen=True)
class PenDigits:
    """Digits as people wrote them, made into network inputs in three ways.

    Attributes:
        labels: int64 (n,).
        writers: int64 (n,).
        images: By way, each uint8 (n, 28, 28).
    """

    labels: NDArray[np.int64]
    writers: NDArray[np.int64]
    images: dict[str, NDArray[np.uint8]]


def main() -> None:
    """Run the measurements of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strokes", type=Path, required=True, help="gzipped JSON of digits, see above")
    parser.add_argument("--presets", nargs="*", default=list(TARGETS), choices=list(PRESETS))
    parser.add_argument("--seeds", type=int, default=3, help="seeds 0 to N-1")
    arguments = parser.parse_args()

    pen, data, others = read_pen_digits(arguments.strokes), load_mnist(), non_digit_images(DRAWN_PEN)
    figures: dict[str, object] = {"digits": len(pen.labels), "writers": len(np.unique(pen.writers))}
    for name in arguments.presets:
        answers = [_answers(name, seed, pen, others, data) for seed in range(arguments.seeds)]
        figures[name] = {**_reading(name, answers, pen, data), **_refusing(name, answers, pen, others, data)}
    print_result(**figures)


def read_pen_digits(path: Path) -> PenDigits:
    """Read a file of pen-written digits and make network inputs of them."""
    with gzip.open(path, "rt") as file:
        content = json.load(file)
    box, digits = tuple(content["box"]), content["digits"]
    pen = DRAWN_PEN * max(box)
    ours = [digit_from_strokes(each["strokes"], canvas=box, drawn_pen_width=pen) for each in digits]
    pictures = [canvas_picture(each["strokes"], box, pen) for each in digits]
    return PenDigits(
        labels=np.array([each["digit"] for each in digits]),
        writers=np.array([each["writer"] for each in digits]),
        images={
            "drawn anew": np.stack(ours),
            "crop and centre": np.stack([crop_and_centre(picture) for picture in pictures]),
            "naive": np.stack([naive(picture) for picture in pictures]),
        },
    )


def _answers(
    name: str, seed: int, pen: PenDigits, others: dict[str, NDArray[np.uint8]], data: MnistData
) -> dict[str, NDArray[np.float32]]:
    """Return the probabilities of a preset trained with a seed: by way or kind, and of test and validation images."""
    from mnist_demo.inference.worker import predict

    experiment = dataclasses.replace(PRESETS[name], seed=seed)
    with tempfile.TemporaryDirectory() as folder:
        run = train(experiment, data, Path(folder) / "run")
        asked = {**pen.images, **others, "test": data.test.images, "validation": data.validation.images}
        answers = {what: predict(run.snapshots[-1], images) for what, images in asked.items()}
        print(name, seed, f"{run.history().seconds:.1f} s", file=sys.stderr, flush=True)
    return answers


def _reading(
    name: str, answers: list[dict[str, NDArray[np.float32]]], pen: PenDigits, data: MnistData
) -> dict[str, object]:
    """Print how accurate a preset is, and return the figures, which are means over the seeds."""
    right = {way: np.stack([each[way].argmax(axis=1) == pen.labels for each in answers]) for way in WAYS}
    test = [float((each["test"].argmax(axis=1) == data.test.labels).mean()) for each in answers]
    by_seed = [float(accuracy) for accuracy in right["drawn anew"].mean(axis=1)]
    rows: list[tuple[object, ...]] = [
        (f"{name}, {way}", f"{right[way].mean():.4f}", *(_share(right[way][:, pen.labels == d]) for d in range(10)))
        for way in WAYS
    ]
    print_table(("pen-written digits", "all", *map(str, range(10))), rows)
    writers = {int(writer): float(right["drawn anew"][:, pen.writers == writer].mean()) for writer in set(pen.writers)}
    print_table(
        (f"{name}, writer", "accuracy"),
        [(writer, f"{accuracy:.3f}") for writer, accuracy in sorted(writers.items(), key=lambda item: item[1])],
    )
    print(f"{name}: pen {by_seed}, MNIST test {test}\n")
    return {
        "accuracy": statistics.mean(by_seed),
        "accuracies": by_seed,
        "target": TARGETS.get(name),
        "crop_and_centre": float(right["crop and centre"].mean()),
        "naive": float(right["naive"].mean()),
        "by_digit": [float(right["drawn anew"][:, pen.labels == digit].mean()) for digit in range(10)],
        "by_writer": writers,
        "test_accuracy": statistics.mean(test),
    }


def _refusing(
    name: str,
    answers: list[dict[str, NDArray[np.float32]]],
    pen: PenDigits,
    others: dict[str, NDArray[np.uint8]],
    data: MnistData,
) -> dict[str, object]:
    """Print what a preset refuses and how well it is calibrated, and return the figures."""
    temperatures = [fit_temperature(data.validation.labels, each["validation"]) for each in answers]
    before, after = (
        statistics.mean(
            expected_calibration_error(data.test.labels, calibrated(each["test"], temperature))
            for each, temperature in zip(answers, some, strict=True)
        )
        for some in ([1.0] * len(answers), temperatures)
    )
    digits = {
        "pen": Trial(pen.images["drawn anew"], [each["drawn anew"] for each in answers]),
        "test": Trial(data.test.images, [each["test"] for each in answers]),
    }
    trials = {kind: Trial(images, [each[kind] for each in answers]) for kind, images in others.items()}
    alone = trade_off(f"{name} alone", digits, trials, temperatures, is_seconded=False)
    seconded = trade_off(f"{name}, seconded", digits, trials, temperatures, is_seconded=True)
    print(f"{name}: temperatures {temperatures}, calibration error on the test set {before:.4f}, then {after:.4f}\n")
    return {
        "temperatures": temperatures,
        "calibration_error": {"before": before, "after": after},
        "chosen": {"two_best": TWO_BEST, "decided": DECIDED},
        "by_decidedness": {"alone": alone, "seconded": seconded},
    }


def _share(right: NDArray[np.bool_]) -> str:
    return f"{right.mean():.2f}"


if __name__ == "__main__":
    main()
