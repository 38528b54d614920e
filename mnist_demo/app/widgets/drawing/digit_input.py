"""The digit that networks read, from the canvas or from elsewhere, and the tools of the canvas."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_demo.app.widgets.drawing.canvas import PEN_WIDTH, SIDE, clear_canvas, drawing_canvas, undo_stroke
from mnist_demo.drawing import ALL_STEPS, Arrangement, DrawingError, Stages, Step, arrangement_of, stages_from_strokes


@dataclass(frozen=True, eq=False)
class DigitInput:
    """The digit that the networks read.

    Attributes:
        digit: The network's input, uint8 (28, 28), white ink on black; None when there is no digit.
        stages: The steps from the drawing to the digit; None for a digit that needs no preparation.
        left_out: The steps that were left out.
        is_photo: Whether the digit comes from a photo.
        label: The true class, where it is known.
        invitation: What the visitor can do when there is no digit.
        problem: Why there is no digit, when the input is at fault.
    """

    digit: NDArray[np.uint8] | None = None
    stages: Stages | None = None
    left_out: frozenset[Step] = frozenset()
    is_photo: bool = False
    label: int | None = None
    invitation: str = field(default="Draw a digit: large and in the middle or small in a corner, it does not matter.")
    problem: str = ""

    @cached_property
    def arrangement(self) -> Arrangement:
        """How the strokes of the drawing are arranged; one digit for an input without strokes."""
        if self.stages is None:
            return Arrangement.ONE
        return arrangement_of(self.stages.drawn.strokes, self.stages.drawn.pen_width, is_photo=self.is_photo)

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
