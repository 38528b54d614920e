"""How a drawing becomes the network's input, step by step; each step can be left out to see its effect."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_demo.app.theme import colours
from mnist_demo.app.widgets import digits
from mnist_demo.app.widgets.drawing.answer import network_view
from mnist_demo.app.widgets.drawing.digit_input import DigitInput
from mnist_demo.app.words import escape_markdown
from mnist_demo.drawing import ALL_STEPS, Stages, Step

_PIXELS = 112  # screen pixels of the side of a stage's picture, of which six fit side by side on a desktop

_SENTENCES = {
    Step.BOUND: "The box around the ink moves to the middle.",
    Step.SCALE: "Its longer side becomes 20 of the 28 pixels.",
    Step.CENTRE: "The ink's centre of mass moves to the middle.",
    Step.REDRAW: "The pen becomes as wide as MNIST's, 2.5 pixels.",
}
_LABELS = {Step.BOUND: "Bound", Step.SCALE: "Scale", Step.CENTRE: "Centre", Step.REDRAW: "Redraw"}


def chosen_steps() -> frozenset[Step]:
    """Return the steps that are switched on."""
    return frozenset(step for step in Step if st.session_state.get(_key(step), True))


def all_steps_on() -> None:
    """Switch every step on. Call before the switches are shown, as a button's callback is."""
    for step in Step:
        st.session_state[_key(step)] = True


def notice(steps: frozenset[Step]) -> None:
    """Say that steps are left out, and offer to switch them on."""
    if steps == ALL_STEPS:
        return
    off = [_LABELS[step].lower() for step in Step if step not in steps]
    named = off[0] if len(off) == 1 else ", ".join(off[:-1]) + f" and {off[-1]}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":material/toggle_off: Without the step{'s' if len(off) > 1 else ''} {named}", width="content")
        st.button("All steps on", icon=":material/done_all:", on_click=all_steps_on, key="all_steps_on")


def show(given: DigitInput) -> None:
    """Draw the stages in order, and the steps between them."""
    if given.stages is None:
        st.markdown(
            "A digit of the test set went this way long ago: it comes as 28×28 pixels and is read as it is."
            if given.digit is not None
            else "Draw or bring a digit first; its way into the network then appears here, step by step."
        )
        return
    stages = given.stages
    with st.container(horizontal=True):
        _stage("1. The strokes on their paper, as the pen left them.", _on_field(stages.drawn.picture(_PIXELS)))
        for number, (step, picture) in enumerate(_by_step(stages).items(), start=2):
            _stage(f"{number}. {_SENTENCES[step]}", _on_field(picture), step)
        _stage("6. 28×28 grey values are all that the network gets.", network_view(stages.digit, _PIXELS // 28))
    st.caption(
        "MNIST's makers did the same to their digits (LeCun, Bottou, Bengio and Haffner, 1998). Switch a step off, and "
        "the drawing looks less like what the network has learned from: it is read worse, though the network is the "
        "same. That is called a domain gap."
    )


def _stage(sentence: str, picture: NDArray[np.uint8], step: Step | None = None) -> None:
    with st.container(width=_PIXELS, gap="xsmall"):
        digits.show(picture, alt=sentence)
        if step is not None:
            st.toggle(_LABELS[step], value=True, key=_key(step), persist_state="session")
        # The text is escaped, because a number with its point would begin a list.
        st.caption(escape_markdown(sentence))


def _by_step(stages: Stages) -> dict[Step, NDArray[np.uint8]]:
    after = {
        Step.BOUND: stages.bounded,
        Step.SCALE: stages.scaled,
        Step.CENTRE: stages.centred,
        Step.REDRAW: stages.redrawn,
    }
    return {step: stage.picture(_PIXELS) for step, stage in after.items()}


def _on_field(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a stage's picture with the canvas's ink on a field with a visible edge: uint8 (height, width, 3)."""
    ink, field = (np.array(colours.rgb(each)) for each in (colours.primary_colour(), colours.field_colour()))
    share = picture[..., None] / 255
    mixed: NDArray[np.uint8] = np.rint(share * ink + (1 - share) * field).astype(np.uint8)
    return mixed


def _key(step: Step) -> str:
    return f"step_{step}"
