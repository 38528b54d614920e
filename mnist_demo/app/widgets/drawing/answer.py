"""A network's answer to a digit: a class with calibrated confidence, or no class; redrawn while the network trains."""

import contextlib

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from mnist_demo.app.session import taken_lesson
from mnist_demo.app.theme import colours
from mnist_demo.app.widgets import digits
from mnist_demo.app.widgets.drawing.answer_chart import answer_spec, answer_table
from mnist_demo.app.widgets.drawing.answer_words import answer_text
from mnist_demo.app.widgets.drawing.digit_input import DigitInput
from mnist_demo.app.widgets.drawing.reading import EMPTY, Reading, class_names, read
from mnist_demo.app.words import escape_markdown
from mnist_demo.inference import InferenceError
from mnist_demo.lessons.drawn import Drawn
from mnist_demo.runs import Run

_SCALE = 5  # screen pixels for each of the digit's 28 pixels


def show(run: Run, given: DigitInput) -> None:
    """Draw the answer in large type, the network's input, and the ten bars."""
    names = class_names(run)
    reading, problem = None, given.problem
    place, below = st.container(), st.container()
    if given.digit is not None:
        try:
            # Reading takes milliseconds, but seconds on a new server that still loads the network. The message stands
            # below the answer, so that the answer does not move.
            with below, st.spinner("The network is being loaded"):
                reading = read(run, given)
        except InferenceError as error:
            problem = str(error)
    taken_lesson.note_drawn(run, _drawn(reading, given))
    with place:
        _show(reading, given, problem, names)


def show_line(run: Run, given: DigitInput) -> None:
    """Draw the answer in one line, for `line_container`."""
    reading = None
    if given.digit is not None:
        with contextlib.suppress(InferenceError):  # the answer below tells the problem
            reading = read(run, given)
    line(reading)


def _drawn(reading: Reading | None, given: DigitInput) -> Drawn | None:
    """Return what a lesson is told of the reading; a digit of the test set is no drawing."""
    if reading is None or given.stages is None or not np.isfinite(reading.probabilities).all():
        return None
    best = int(reading.probabilities.argmax())
    return Drawn(best, float(reading.probabilities[best]), reading.is_refused, given.left_out)


def _show(reading: Reading | None, given: DigitInput, problem: str, names: tuple[str, ...]) -> None:
    with st.container(horizontal=True, gap="medium"):
        with st.container(width="stretch"):
            words(reading, given, names, problem=problem, title="The network reads")
        with st.container(width=28 * _SCALE, key="draw_seen"):
            digit = EMPTY if given.digit is None else given.digit
            digits.show(
                network_view(digit, _SCALE),
                alt="What the network sees: 28 by 28 pixels, white on black" + ("" if digit.any() else ", all black"),
                caption="What the network sees: 28×28, white on black",
            )
    bars(reading, names)


def line(reading: Reading | None) -> None:
    """Draw an answer in one line above the canvas, for a phone too short to show the answer below the canvas.

    Call inside `line_container`, which other screens do not show.
    """
    if reading is None:
        st.markdown("**–** nothing yet")
    else:
        st.markdown(f"**{reading.answer.label}** {reading.answer.sureness}")


def line_container() -> DeltaGenerator:
    """Return the place of `line`, whose height is reserved; call before the canvas is drawn."""
    return st.container(key="answer_line", horizontal=True, vertical_alignment="center")


def bars(reading: Reading | None, names: tuple[str, ...]) -> None:
    """Draw the ten probabilities of an answer as bars; without an answer the bars are empty."""
    probabilities = reading.probabilities if reading else None
    st.container(key="draw_bars").vega_lite_chart(
        answer_table(probabilities, names, is_refused=reading is not None and reading.is_refused),
        answer_spec(colours.primary_colour()),
        key="draw_answer",
        alt=answer_text(probabilities, names),
    )


def network_view(digit: NDArray[np.uint8], scale: int) -> NDArray[np.uint8]:
    """Return a digit as the network's input, white on black: uint8 (28 × scale, 28 × scale, 3)."""
    enlarged = digit.repeat(scale, axis=0).repeat(scale, axis=1)
    return np.stack([enlarged] * 3, axis=-1)


def words(reading: Reading | None, given: DigitInput, names: tuple[str, ...], *, title: str, problem: str = "") -> None:
    """Draw an answer in words, the class in large type.

    Args:
        reading: The answer; None without a digit or when the network cannot answer.
        given: The digit.
        names: The names of the classes.
        title: The words above the answer.
        problem: Why there is no answer, when the input or the network is at fault.
    """
    st.metric(
        title,
        reading.answer.label if reading else "–",
        reading.answer.sureness if reading else "nothing yet",
        delta_color="off",
        delta_arrow="off",
        help="How sure it says it is was checked on the validation images: of the digits that it is 90% sure of, about "
        "nine in ten are read correctly. A network that only ever saw digits is sure of letters too. So what is no "
        "digit is decided by the ink and by a small second network, which has seen other things too.",
    )
    if problem:
        st.markdown(f":material/error: {escape_markdown(problem)}")
    elif reading is None:
        st.markdown(given.invitation)
    else:
        st.markdown(reading.answer.sentence)
        if given.label is not None:
            st.markdown(f"{_marked(reading, given.label)}: its label is {escape_markdown(names[given.label])}.")


def _marked(reading: Reading, label: int) -> str:
    """Return the mark of a reading with its icon; a network that names no single class is neither right nor wrong."""
    if reading.label is None:
        return ":material/help: Undecided"
    return ":material/check_circle: Right" if reading.label == label else ":material/cancel: Not right"
