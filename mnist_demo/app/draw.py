"""The page on which a visitor draws a digit and the network reads it."""

import contextlib
import threading
from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_demo.app import digits, navigation, state
from mnist_demo.app.answer import answer_chart, answer_in_words, answer_text
from mnist_demo.app.canvas import PEN_WIDTH, SIDE, clear_canvas, drawing_canvas
from mnist_demo.app.components import choose_run, header, plain
from mnist_demo.drawing import DrawingError, Stages, stages_from_strokes
from mnist_demo.inference import Inference, InferenceError
from mnist_demo.runs import Run

_SCALE = 5  # screen pixels for each of the 28 that the network sees
_ANSWER_WIDTH = 440
_STEP_PIXELS = 112  # of the side of a step's picture: six of them stand beside each other on a desktop
_FIELD_COLOURS = {"light": "#f2f0ea", "dark": "#1e2128"}
_EMPTY = np.zeros((28, 28), np.uint8)


def page() -> None:
    """The canvas, the answer, and how one becomes the other."""
    header("Draw", "Draw a digit and the network reads it, each time you lift the pen.")
    run = choose_run("to read what you draw")
    _warm_up(state.inference(), run)
    _canvas_and_answer(run)
    navigation.next_step(navigation.DESIGN, "Design a better network")


@st.fragment
def _canvas_and_answer(run: Run) -> None:
    """All that changes when the pen is lifted."""
    names = _class_names(run)
    stages: Stages | None = None
    probabilities: NDArray[np.float32] | None = None
    problem = ""
    with st.container(horizontal=True, gap="medium"):
        # The component's own tools (undo, redo, edit) open above the canvas to the right of Clear.
        with st.container(width=SIDE):
            st.button("Clear", icon=":material/ink_eraser:", on_click=clear_canvas, key="clear")
            try:
                if strokes := drawing_canvas():
                    stages = stages_from_strokes(strokes, canvas=(SIDE, SIDE), drawn_pen_width=PEN_WIDTH)
                    # Milliseconds, but seconds where a server that was just started still loads the network.
                    with st.spinner("The network is being loaded"):
                        probabilities = state.inference().predict(run, stages.digit[None])[0]
            except (DrawingError, InferenceError) as error:
                problem = str(error)
        # A width of its own, at which it goes below the canvas rather than become too narrow.
        with st.container(width=_ANSWER_WIDTH):
            _answer(probabilities, names, _EMPTY if stages is None else stages.digit, problem)
    explained = st.expander("How your drawing becomes the network's input", key="draw_stages", on_change="rerun")
    if explained.open:
        with explained:
            _explain(stages)


def _answer(
    probabilities: NDArray[np.float32] | None, names: Sequence[str], digit: NDArray[np.uint8], problem: str
) -> None:
    with st.container(horizontal=True, gap="medium"):
        with st.container(width="stretch"):
            said = (
                answer_in_words(probabilities, [plain(name) for name in names]) if probabilities is not None else None
            )
            st.metric(
                "The network reads",
                said.label if said else "–",
                said.sureness if said else "nothing yet",
                delta_color="off",
                delta_arrow="off",
                help="It has to choose among ten answers and can be very sure of something that is none of them.",
            )
            if problem:
                st.markdown(f":material/error: {plain(problem)}")
            elif said:
                st.markdown(said.sentence)
            else:
                st.markdown("Draw a digit: large and in the middle or small in a corner, it does not matter.")
        with st.container(width=28 * _SCALE):
            digits.show(
                _network_view(digit, _SCALE),
                alt="What the network sees: 28 by 28 pixels, white on black" + ("" if digit.any() else ", all black"),
                caption="What the network sees: 28×28, white on black",
            )
    st.altair_chart(
        answer_chart(probabilities, names, digits.primary_colour()),
        key="draw_answer",
        alt=answer_text(probabilities, names),
    )


def _explain(stages: Stages | None) -> None:
    if stages is None:
        st.markdown("Draw something first; its way into the network then appears here, step by step.")
        return
    steps = (
        (stages.drawn, "Your drawing, as the pen left it."),
        (stages.bounded, "The box around the ink moves to the middle."),
        (stages.scaled, "Its longer side becomes 20 of the 28 pixels."),
        (stages.centred, "The ink's centre of mass moves to the middle."),
        (stages.redrawn, "The pen becomes as wide as MNIST's, 2.5 pixels."),
    )
    with st.container(horizontal=True):
        for number, (stage, sentence) in enumerate(steps, start=1):
            with st.container(width=_STEP_PIXELS):
                digits.show(_on_field(stage.picture(_STEP_PIXELS)), alt=sentence, caption=f"{number}. {sentence}")
        with st.container(width=_STEP_PIXELS):
            last = "28×28 grey values are all that the network gets."
            digits.show(_network_view(stages.digit, _STEP_PIXELS // 28), alt=last, caption=f"6. {last}")
    st.caption(
        "MNIST's makers did the same to their digits (LeCun, Bottou, Bengio and Haffner, 1998). Without these steps "
        "a drawing may look like nothing that the network has learned from."
    )


def _network_view(digit: NDArray[np.uint8], scale: int) -> NDArray[np.uint8]:
    """A digit as the network gets it, white on black: uint8 (28 scale, 28 scale, 3)."""
    enlarged = digit.repeat(scale, axis=0).repeat(scale, axis=1)
    return np.stack([enlarged] * 3, axis=-1)


def _on_field(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A step's picture in the colour of the canvas's ink, on a field whose edge is seen: uint8 (height, width, 3)."""
    ink, field = (_rgb(colour) for colour in (digits.primary_colour(), _FIELD_COLOURS[digits.appearance()]))
    share = picture[..., None] / 255
    return np.rint(share * ink + (1 - share) * field).astype(np.uint8)


def _rgb(colour: str) -> NDArray[np.uint8]:
    return np.frombuffer(bytes.fromhex(colour.removeprefix("#")), np.uint8)


def _class_names(run: Run) -> tuple[str, ...]:
    try:
        return state.data_of(run.experiment.data).class_names
    except (OSError, ValueError):  # the uploaded data are gone, but the network that learned from them still answers
        return tuple(map(str, range(10)))


def _warm_up(inference: Inference, run: Run) -> None:
    """Have the network loaded while the visitor still looks at the page, so that the first stroke is not slow."""

    def ask() -> None:
        # A problem is met by the first stroke as well, which says so.
        with contextlib.suppress(InferenceError):
            inference.predict(run, _EMPTY[None])

    threading.Thread(target=ask, name="warm-up", daemon=True).start()


page()
