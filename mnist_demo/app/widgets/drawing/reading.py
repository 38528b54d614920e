"""What a network reads in a digit: a class with calibrated confidence, or no class."""

import contextlib
import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_demo.app.session import datasets, server
from mnist_demo.app.widgets.drawing.answer_words import Answer, answer_in_words, guess_in_words, verdict_in_words
from mnist_demo.app.widgets.drawing.digit_input import DigitInput
from mnist_demo.app.words import escape_markdown
from mnist_demo.drawing import Arrangement, verdict
from mnist_demo.evaluation import calibrated, fit_temperature
from mnist_demo.experiment import Experiment
from mnist_demo.inference import Inference, InferenceError
from mnist_demo.inference.predictions import PredictionPass
from mnist_demo.runs import Run
from mnist_demo.runs.predictions import VALIDATION

EMPTY = np.zeros((28, 28), np.uint8)
"""A digit without ink."""


@dataclass(frozen=True, eq=False)
class Reading:
    """What a network reads in a digit.

    Attributes:
        probabilities: Calibrated probabilities, float64 (10,); not finite when the network's weights are not finite.
        answer: The probabilities in words.
        label: The class; None when the drawing is refused, or the network hesitates or cannot tell.
        is_refused: Whether the drawing is refused as no digit.
    """

    probabilities: NDArray[np.float64]
    answer: Answer
    label: int | None = None
    is_refused: bool = False


def read(run: Run, given: DigitInput) -> Reading:
    """Read a digit with a run's network; while the run trains, its current weights answer.

    Args:
        run: The run whose network reads the digit.
        given: An input with a digit.

    Raises:
        ValueError: If there is no digit.
        InferenceError: If the network cannot answer.
    """
    digit = given.digit
    if digit is None:
        raise ValueError("Nothing can be read without a digit.")
    is_learning = server.run_state(run).is_active
    weights = None if is_learning or not run.snapshots else run.snapshots[-1]
    # Weights that change every second have no temperature, because fitting it takes a pass over the validation images.
    temperature = 1.0 if weights is None else _temperature(run, weights)
    raw = server.inference().predict(run, digit[None], weights)[0]
    names = [escape_markdown(name) for name in class_names(run)]
    if not np.isfinite(raw).all():
        return Reading(raw.astype(np.float64), answer_in_words(raw, names))
    shares = calibrated(raw, temperature)
    # The rules on a digit's ink do not hold for other data, such as clothes.
    if not given.is_prepared or not run.experiment.data.is_mnist:
        return Reading(shares, answer_in_words(shares, names), int(shares.argmax()))
    known = given.label is not None
    arrangement = Arrangement.ONE if known else given.arrangement
    judged = verdict(raw, digit, temperature=temperature, arrangement=arrangement, is_known_digit=known)
    label = judged.labels[0] if len(judged.labels) == 1 else None
    return Reading(shares, verdict_in_words(judged, names), label, not judged.is_digit)


def guess(experiment: Experiment, digit: NDArray[np.uint8]) -> Reading:
    """Read a digit with an experiment's network as it is before any training.

    Args:
        experiment: The experiment, on the bundled MNIST.
        digit: uint8 (28, 28), white ink on black.

    Raises:
        InferenceError: If the network cannot answer.
    """
    raw = server.inference().predict_untrained(experiment, digit[None])[0].astype(np.float64)
    return Reading(raw, guess_in_words(raw), int(raw.argmax()))


def class_names(run: Run) -> tuple[str, ...]:
    """Return the names of a run's classes; '0' to '9' when its data is gone, because its network can still answer."""
    try:
        return datasets.load(run.experiment.data).class_names
    except (OSError, ValueError):
        return tuple(map(str, range(10)))


def warm_up(run: Run) -> None:
    """Load and calibrate the network in the background while the visitor looks at the page."""
    client = server.inference()
    prediction = None
    if not server.run_state(run).is_active and run.snapshots:
        with contextlib.suppress(OSError, ValueError):
            prediction = _validation_pass(run, run.snapshots[-1])
    threading.Thread(target=_warm_up, args=(client, run, prediction), name="warm-up", daemon=True).start()


def _warm_up(client: Inference, run: Run, prediction: PredictionPass | None) -> None:
    # The first stroke meets the same problem and shows it.
    with contextlib.suppress(InferenceError, OSError):
        client.predict(run, EMPTY[None])
        if prediction is not None:
            prediction.keep(with_probabilities=True)


def _temperature(run: Run, weights: Path) -> float:
    try:
        return _fitted(weights, weights.stat().st_mtime_ns, _validation_pass(run, weights))
    except (OSError, ValueError):  # the data is gone, or the network's answers are not finite
        return 1.0


def _validation_pass(run: Run, weights: Path) -> PredictionPass:
    validation = datasets.load(run.experiment.data).validation
    return server.prediction_pass(run, weights, VALIDATION, validation, with_probabilities=True)


@st.cache_resource(max_entries=64, show_spinner=False)
def _fitted(weights: Path, changed: int, _prediction: PredictionPass) -> float:
    return fit_temperature(_prediction.predictions().labels, _prediction.probabilities())
