"""Where the digit of the page Draw comes from (strokes, a photo or the test set), prepared for a network."""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_demo.app.draw.canvas import PEN_WIDTH, SIDE, clear_canvas, drawing_canvas, undo_stroke
from mnist_demo.app.session import datasets
from mnist_demo.app.widgets import digits
from mnist_demo.app.words import escape_markdown
from mnist_demo.data import SplitName
from mnist_demo.data.examples import Examples
from mnist_demo.drawing import ALL_STEPS, DrawingError, Stages, Step, stages_from_strokes
from mnist_demo.runs import Run

_ANY = -1
_ANOTHER = "test_digit_number"
_SCALE = 9  # screen pixels for each pixel of a test digit


class Source(StrEnum):
    """The source of the digit."""

    DRAWING = "drawing"
    PHOTO = "photo"
    TEST_SET = "test_set"


SOURCE_LABELS = {Source.DRAWING: "Draw", Source.PHOTO: "Photo", Source.TEST_SET: "Test set"}


@dataclass(frozen=True, eq=False)
class DigitInput:
    """The digit that the networks read.

    Attributes:
        digit: The network's input, uint8 (28, 28), white ink on black; None when there is no digit.
        stages: The steps from the drawing to the digit; None for a digit that needs no preparation.
        left_out: The steps that were left out.
        label: The true class, where it is known.
        invitation: What the visitor can do when there is no digit.
        problem: Why there is no digit, when the input is at fault.
    """

    digit: NDArray[np.uint8] | None = None
    stages: Stages | None = None
    left_out: frozenset[Step] = frozenset()
    label: int | None = None
    invitation: str = field(default="Draw a digit: large and in the middle or small in a corner, it does not matter.")
    problem: str = ""

    @property
    def is_prepared(self) -> bool:
        """Whether no step was left out. Otherwise nothing is refused, so that a visitor sees how a network answers."""
        return not self.left_out


def drawing_tools() -> None:
    """Draw the tools that remove strokes, in words alone, which fit beside the choice of a source on a phone."""
    st.button("Undo", type="tertiary", on_click=undo_stroke, key="undo", help="Takes the last stroke away.")
    st.button("Clear", type="tertiary", on_click=clear_canvas, key="clear", help="Takes all strokes away.")


def drawing(steps: frozenset[Step]) -> DigitInput:
    """Draw the canvas and return its drawing."""
    try:
        strokes = drawing_canvas()
        if not strokes:
            return DigitInput()
        stages = stages_from_strokes(strokes, steps=steps, canvas=(SIDE, SIDE), drawn_pen_width=PEN_WIDTH)
    except DrawingError as error:
        return DigitInput(problem=str(error))
    return DigitInput(stages.digit, stages, left_out=ALL_STEPS - steps)


def test_digit(run: Run) -> DigitInput:
    """Draw a digit of the test set of a run's data, from any class or from one, and return the digit."""
    try:
        data = datasets.load(run.experiment.data)
    except (OSError, ValueError):
        return DigitInput(
            problem=f"The images of {run.experiment.data.name} are no longer kept. Choose another network."
        )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Class",
            [_ANY, *range(len(data.class_names))],
            format_func=lambda option: "Any" if option == _ANY else data.class_names[option],
            key="test_digit_class",
            persist_state="session",
            width=150,
        )
        st.button("Another one", icon=":material/casino:", on_click=_another, key="test_digit_another")
    label = None if chosen == _ANY else chosen
    examples = Examples(data, run.experiment.data.digest, SplitName.TEST, label)
    if not len(examples.indices):
        return DigitInput(problem=f"The test set has no image of {data.class_names[chosen]}. Choose another class.")
    (index,) = examples.sample(st.session_state.get(_ANOTHER, 0), 1)
    digit, true = data.test.images[index], int(data.test.labels[index])
    enlarged = digits.inked(digit[None])[0].repeat(_SCALE, axis=0).repeat(_SCALE, axis=1)
    what = f"Test image {index + 1:,} of {len(data.test):,}, labelled {data.class_names[true]}"
    digits.show(enlarged, alt=what, caption=escape_markdown(what))
    return DigitInput(digit, label=true)


def _another() -> None:
    st.session_state[_ANOTHER] = st.session_state.get(_ANOTHER, 0) + 1
