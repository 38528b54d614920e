"""The first page: a network that has learned nothing guesses at a drawing, and learns to read it within seconds."""

import contextlib

import streamlit as st

from mnist_demo.app import navigation
from mnist_demo.app.session import current, server, taken_lesson, trainings
from mnist_demo.app.start import sample
from mnist_demo.app.widgets import start_button
from mnist_demo.app.widgets.drawing import answer, reading
from mnist_demo.app.widgets.drawing.canvas import SIDE
from mnist_demo.app.widgets.drawing.digit_input import DigitInput, drawing, drawing_tools
from mnist_demo.app.widgets.drawing.reading import Reading
from mnist_demo.app.widgets.layout import header
from mnist_demo.app.widgets.live import Pace, live, watching
from mnist_demo.app.widgets.progress import progress_line, progress_share
from mnist_demo.drawing import ALL_STEPS
from mnist_demo.evaluation.percent import percent
from mnist_demo.inference import InferenceError
from mnist_demo.presets import PRESETS
from mnist_demo.runs import History, Run
from mnist_demo.runs.history import history_of

_PRESET = "fast"
_FIRST_LESSON = "codelab"
_ANSWER_WIDTH = 440
_DIGITS = tuple("0123456789")


def page() -> None:
    """Draw the training of the network, the canvas, and what the network says to the drawing."""
    header(
        navigation.START,
        "Draw a digit. A new network only guesses; train it, and guesses turn into reading.",
    )
    run = current.run()
    pace = watching(run, eagerly=True) if run else watching()
    live(lambda: _training(run), pace)
    if run is not None:
        reading.warm_up(run)
    _input_and_answer(run, pace)


def _training(run: Run | None) -> None:
    """Draw the next thing to do (train the network, watch it, go on from here), and a line about the network."""
    history = run.history() if run else history_of([])
    with st.container(gap="xsmall"):
        with st.container(key="start_controls", horizontal=True, vertical_alignment="center"):
            if run is not None and server.run_state(run).is_active:
                st.progress(progress_share(run, history), text=progress_line(run, history))
            elif run is not None and _can_read(run):
                _ways_on()
            else:
                start_button.start_button(
                    "Train it",
                    lambda: trainings.train_preset(_PRESET),
                    type="primary",
                    icon=":material/play_arrow:",
                    key="start_train",
                )
        st.caption(_about(history))


def _ways_on() -> None:
    lesson = taken_lesson.library().find(_FIRST_LESSON, taken_lesson.language())
    if lesson is not None and st.button(
        "Take the first lesson", type="primary", icon=":material/school:", key="start_lesson"
    ):
        taken_lesson.open_step(taken_lesson.take(lesson))
    if st.button("Go to the lab", icon=":material/science:", key="start_lab"):
        st.switch_page(navigation.EXPLORE.path, query_params={})


def _about(history: History) -> str:
    if (best := history.best_validation_accuracy) is not None:
        return f"It reads {percent(best)} of digits that it never learned from."
    if history.images:
        return f"It has looked at {history.images:,.0f} digits so far."
    return f"It will look at {PRESETS[_PRESET].training.train_images:,} digits: about ten seconds."


def _can_read(run: Run) -> bool:
    """Return whether the network has begun to learn, so that its weights are no longer the first ones."""
    return len(run.snapshots) > 1 or run.live_path.exists()


@st.fragment
def _input_and_answer(run: Run | None, pace: Pace) -> None:
    """Draw everything that changes when the pen is lifted."""
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=SIDE, gap="xsmall"):
            line, place = answer.line_container(), st.container()
            with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
                with st.container(horizontal=True, width="content"):
                    drawing_tools()
                # The toggle is there from the beginning, so that nothing moves at the end of the training.
                as_before = st.toggle(
                    "As before training", key="start_before", disabled=run is None or not _can_read(run)
                )
            with place:
                given = drawing(ALL_STEPS)
                is_sample = given.digit is None and not given.problem
                if is_sample:
                    sample.show()
                    given = DigitInput(sample.stages().digit, sample.stages())
        with st.container(width=_ANSWER_WIDTH, gap="small"):
            live(lambda: _answer(run, given, is_sample=is_sample, as_before=as_before), pace)
        with line:
            live(lambda: _line(run, given, as_before=as_before), pace)


def _answer(run: Run | None, given: DigitInput, *, is_sample: bool, as_before: bool) -> None:
    learned = _learned(run, as_before=as_before)
    said: Reading | None = None
    problem = given.problem
    place, below = st.container(gap="small"), st.container()
    try:
        with below, st.spinner("The network is being loaded"):
            said = _said(run, learned, given)
    except InferenceError as error:
        problem = str(error)
    names = reading.class_names(learned) if learned else _DIGITS
    with place:
        what = f"the grey {sample.LABEL}" if is_sample else "your drawing"
        with st.container(key="start_words", gap="small"):
            answer.words(said, given, names, title=f"It {'reads' if learned else 'guesses'} {what} as", problem=problem)
        answer.bars(said, names)


def _line(run: Run | None, given: DigitInput, *, as_before: bool) -> None:
    said: Reading | None = None
    with contextlib.suppress(InferenceError):  # the answer below tells the problem
        said = _said(run, _learned(run, as_before=as_before), given)
    answer.line(said)


def _learned(run: Run | None, *, as_before: bool) -> Run | None:
    """Return the run whose network has begun to learn and is asked; None when the untrained network is asked."""
    return run if run is not None and _can_read(run) and not as_before else None


def _said(run: Run | None, learned: Run | None, given: DigitInput) -> Reading | None:
    if given.digit is None:
        return None
    if learned is not None:
        return reading.read(learned, given)
    return reading.guess(run.experiment if run is not None else PRESETS[_PRESET], given.digit)


page()
