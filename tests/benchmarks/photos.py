"""How accurately photos of digits are classified: MNIST's test digits unchanged, made of strokes, and photographed.

- strokes: each digit becomes its middle lines, which are moved to a corner, made twice as wide, and redrawn
- photos: dark or light ink anywhere, at any size, in uneven light with shadows, grain and specks, as JPEG
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_demo.data import load_mnist
from mnist_demo.drawing import DrawingError, digit_from_strokes, read_photo
from mnist_demo.drawing.photo.skeleton import strokes_from_ink
from mnist_demo.inference.worker import predict
from mnist_demo.presets import PRESETS
from mnist_demo.runs import Run
from mnist_demo.training import train
from tests.benchmarks.report import print_result, print_table
from tests.drawing.photos import encoded, photo

Pixels = NDArray[np.uint8]
NOTHING = np.zeros((28, 28), np.uint8)


def main() -> None:
    """Run the measurements of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", default="fast", choices=list(PRESETS))
    parser.add_argument("--run", type=Path, help="a run's folder, to train nothing")
    parser.add_argument("--digits", type=int, default=1_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run = Run(arguments.run) if arguments.run else train(PRESETS[arguments.preset], load_mnist(), folder)
        test = load_mnist().test[: arguments.digits]
        ways: dict[str, Callable[[Pixels, int], Pixels]] = {
            "as they are": lambda digit, _: digit,
            "strokes": lambda digit, _: _of_strokes(digit),
            "photos": _photographed,
        }
        rows, figures = [], {}
        for way, change in ways.items():
            began = time.perf_counter()
            images = np.stack([change(digit, number) for number, digit in enumerate(test.images)])
            milliseconds = 1000 * (time.perf_counter() - began) / len(test)
            right = float((predict(run.snapshots[-1], images).argmax(axis=1) == test.labels).mean())
            refused = int((images.max(axis=(1, 2)) == 0).sum())
            rows.append((way, f"{right:.2%}", refused, f"{milliseconds:.0f} ms"))
            figures[way] = {"accuracy": right, "nothing_found": refused}
    print_table(("digits", "read rightly", "nothing found", "each"), rows)
    print_result(preset=run.experiment.name, digits=len(test), **figures)


def _of_strokes(digit: Pixels) -> Pixels:
    strokes, width = strokes_from_ink(np.asarray(Image.fromarray(digit).resize((140, 140))) > 115)
    moved = [stroke * 0.4 + 100 for stroke in strokes]
    return digit_from_strokes(moved, canvas=(300, 300), drawn_pen_width=2 * 0.4 * width)


def _photographed(digit: Pixels, number: int) -> Pixels:
    try:
        found = read_photo(encoded(photo(digit, number), "JPEG", quality=85))
    except DrawingError:
        return NOTHING
    return digit_from_strokes(found.strokes, canvas=found.size, drawn_pen_width=found.pen_width)


if __name__ == "__main__":
    main()
