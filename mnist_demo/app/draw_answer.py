"""A network's answer to what lies on the table: a class with calibrated confidence, or none; live while it learns."""

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_demo.app import datasets, digits, state
from mnist_demo.app.answer import Answer, answer_frame, answer_in_words, answer_spec, answer_text, verdict_in_words
from mnist_demo.app.draw_table import OnTable
from mnist_demo.app.markdown import plain
from mnist_demo.app.passes import PredictionPass
from mnist_demo.drawing import verdict
from mnist_demo.evaluation import calibrated, fit_temperature
from mnist_demo.inference import Inference, InferenceError
from mnist_demo.runs import Run

LOOK_AGAIN = 1.0
"""Seconds between two readings by a network that learns."""

_SCALE = 5  # screen pixels for each of the 28 that the network sees
_EMPTY = np.zeros((28, 28), np.uint8)


@dataclass(frozen=True, eq=False)
class Reading:
    """What a network says of a digit.

    Attributes:
        probabilities: calibrated, float64 (10,); not finite when the network's weights are not.
        answer: the same in words.
        label: the class that it reads; None when it reads none, or hesitates.
        is_refused: whether it is taken for no digit.
    """

    probabilities: NDArray[np.float64]
    answer: Answer
    label: int | None = None
    is_refused: bool = False


def read(run: Run, digit: NDArray[np.uint8], *, may_refuse: bool = True) -> Reading:
    """Ask a run's network; of one that learns, the weights as they are now.

    Args:
        digit: uint8 (28, 28), white ink on black.
        may_refuse: whether what looks like no digit is said to be none.

    Raises:
        InferenceError: when it cannot answer.
    """
    is_learning = state.run_state(run).is_active
    weights = None if is_learning or not run.snapshots else run.snapshots[-1]
    # Weights that change every second are not worth a pass over the validation images.
    temperature = 1.0 if weights is None else _temperature(run, weights)
    raw = state.inference().predict(run, digit[None], weights)[0]
    names = [plain(name) for name in class_names(run)]
    if not np.isfinite(raw).all():
        return Reading(raw.astype(np.float64), answer_in_words(raw, names))
    shares = calibrated(raw, temperature)
    # What a digit looks like says nothing about shirts.
    if not may_refuse or not run.experiment.data.is_mnist:
        return Reading(shares, answer_in_words(shares, names), int(shares.argmax()))
    strangers = run.experiment.training.augmentation.strangers
    judged = verdict(raw, digit, temperature=temperature, knows_strangers=strangers > 0)
    label = judged.labels[0] if len(judged.labels) == 1 else None
    return Reading(shares, verdict_in_words(judged, names), label, not judged.is_digit)


def class_names(run: Run) -> tuple[str, ...]:
    """The names of a run's classes; '0' to '9' when its data are gone, as its network still answers."""
    try:
        return datasets.load(run.experiment.data).class_names
    except (OSError, ValueError):
        return tuple(map(str, range(10)))


def warm_up(run: Run) -> None:
    """Have the network loaded and calibrated while the visitor still looks at the page."""
    client = state.inference()
    reading = None
    if not state.run_state(run).is_active and run.snapshots:
        with contextlib.suppress(OSError, ValueError):
            reading = _validation_pass(run, run.snapshots[-1])
    threading.Thread(target=_warm_up, args=(client, run, reading), name="warm-up", daemon=True).start()


def live(draw: Callable[[], None], run: Run) -> None:
    """Draw something that a run's network says, again and again while it learns, and the page once when it ends."""
    active = state.run_state(run).is_active

    def redraw() -> None:
        draw()
        if active and not state.run_state(run).is_active:
            st.rerun()

    # A fragment is told apart by its function's name and place; the drawing function lends it its own.
    redraw.__qualname__ = f"live.{draw.__module__}.{draw.__qualname__}"
    st.fragment(redraw, run_every=LOOK_AGAIN if active else None)()


def show(run: Run, table: OnTable) -> None:
    """The answer large, what the network sees, and the ten bars."""
    names = class_names(run)
    reading, problem = None, table.problem
    place, below = st.container(), st.container()
    if table.digit is not None:
        try:
            # Milliseconds, but seconds where a server that was just started still loads the network; said below the
            # answer, so that nothing of it moves.
            with below, st.spinner("The network is being loaded"):
                reading = read(run, table.digit, may_refuse=table.is_prepared)
        except InferenceError as error:
            problem = str(error)
    with place:
        _show(reading, table, problem, names)


def _show(reading: Reading | None, table: OnTable, problem: str, names: tuple[str, ...]) -> None:
    with st.container(horizontal=True, gap="medium"):
        with st.container(width="stretch"):
            _words(reading, table, problem, names)
        with st.container(width=28 * _SCALE):
            digit = _EMPTY if table.digit is None else table.digit
            digits.show(
                network_view(digit, _SCALE),
                alt="What the network sees: 28 by 28 pixels, white on black" + ("" if digit.any() else ", all black"),
                caption="What the network sees: 28×28, white on black",
            )
    probabilities = reading.probabilities if reading else None
    st.vega_lite_chart(
        answer_frame(probabilities, names, is_refused=reading is not None and reading.is_refused),
        answer_spec(digits.primary_colour()),
        key="draw_answer",
        alt=answer_text(probabilities, names),
    )


def network_view(digit: NDArray[np.uint8], scale: int) -> NDArray[np.uint8]:
    """A digit as the network gets it, white on black: uint8 (28 scale, 28 scale, 3)."""
    enlarged = digit.repeat(scale, axis=0).repeat(scale, axis=1)
    return np.stack([enlarged] * 3, axis=-1)


def _words(reading: Reading | None, table: OnTable, problem: str, names: tuple[str, ...]) -> None:
    st.metric(
        "The network reads",
        reading.answer.label if reading else "–",
        reading.answer.sureness if reading else "nothing yet",
        delta_color="off",
        delta_arrow="off",
        help="How sure it says it is was checked on the validation images: of the digits that it is 90% sure of, about "
        "nine in ten are read rightly. What looks like no digit is refused. A network that has only ever seen digits "
        "is sure of letters too: there a small second network, which has seen other things as well, must agree that it "
        "is a digit.",
    )
    if problem:
        st.markdown(f":material/error: {plain(problem)}")
    elif reading is None:
        st.markdown(table.invitation)
    else:
        st.markdown(reading.answer.sentence)
        if table.label is not None:
            right = reading.label == table.label
            icon, word = (":material/check_circle:", "Right") if right else (":material/cancel:", "Not right")
            st.markdown(f"{icon} {word}: its label is {plain(names[table.label])}.")


def _warm_up(client: Inference, run: Run, reading: PredictionPass | None) -> None:
    # A problem is met by the first stroke as well, which says so.
    with contextlib.suppress(InferenceError):
        client.predict(run, _EMPTY[None])
        if reading is not None:
            reading.probabilities()


def _temperature(run: Run, weights: Path) -> float:
    try:
        return _fitted(weights, weights.stat().st_mtime_ns, run, _validation_pass(run, weights))
    except (OSError, ValueError):  # the data are gone, or the network's answers are no numbers
        return 1.0


def _validation_pass(run: Run, weights: Path) -> PredictionPass:
    return state.prediction_pass(weights, "validation", datasets.load(run.experiment.data).validation.images, run)


@st.cache_resource(max_entries=64, show_spinner=False)
def _fitted(weights: Path, changed: int, _run: Run, _reading: PredictionPass) -> float:
    labels = datasets.load(_run.experiment.data).validation.labels
    return fit_temperature(labels, _reading.probabilities())
