"""The page on which a visitor draws or photographs a digit, and networks read it."""

import streamlit as st

from mnist_demo.app import navigation
from mnist_demo.app.draw import collection, digit_source, photo, several_networks, stages
from mnist_demo.app.draw.digit_source import SOURCE_LABELS, Source
from mnist_demo.app.session import current, server, trainings
from mnist_demo.app.widgets import example_notice, live, start_button
from mnist_demo.app.widgets.drawing import answer, reading
from mnist_demo.app.widgets.drawing.canvas import SIDE
from mnist_demo.app.widgets.drawing.digit_input import DigitInput, drawing, drawing_tools
from mnist_demo.app.widgets.layout import choice, header
from mnist_demo.app.widgets.run_choice import choose_run
from mnist_demo.app.words import escape_markdown
from mnist_demo.drawing import Step
from mnist_demo.example_runs import Example
from mnist_demo.runs import Run, name_of

_ANSWER_WIDTH = 440
_ADVICE_WIDTH = 600  # screen pixels of the advice beside its button
_TEACH = "draw_teach"


def page() -> None:
    """Draw the input, the answer, and the stages between them."""
    header(navigation.DRAW, "Draw a digit, and the network reads it at once.")
    # Elements that come and go above the canvas have a container of their own, because a canvas that changes its place
    # on the page begins anew.
    choice, waiting = st.container(), st.container()
    with choice:
        run = choose_run(while_learning=True, example=Example.CANVAS)
    with waiting:
        _wait_for_current_run(run)
    reading.warm_up(run)
    _input_and_answer(run)
    _invite(run)
    _offer_canvas(run)
    navigation.next_step(navigation.DESIGN, "Design a better network")


def _invite(run: Run) -> None:
    """Say that the network is an example, below the answer, because a phone has no room for more above the canvas."""
    latest = current.run()
    # Above the canvas stands what a run that was just started will do.
    if latest is None or not server.run_state(latest).is_active:
        example_notice.invite(run)


def _offer_canvas(run: Run) -> None:
    """Draw the advice to train the preset `canvas` when the chosen network is another one."""
    latest = current.run()
    is_busy = latest is not None and server.run_state(latest).is_active
    # The preset would be trained on the current experiment's data, and a drawing needs a network that reads digits.
    are_digits = run.experiment.data.is_mnist and current.experiment().data.is_mnist
    if is_busy or run.experiment.training.augmentation.non_digits or not are_digits:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        start_button.start_button(
            "Train canvas",
            lambda: trainings.train_preset("canvas"),
            icon=":material/stylus_note:",
            key="draw_train_canvas",
        )
        st.markdown(
            "The preset canvas is made for the pen: it learns from digits varied as people write them, and what is no "
            "digit. It takes about a minute.",
            width=_ADVICE_WIDTH,
        )


def _wait_for_current_run(run: Run) -> None:
    """Say that a run that was just started replaces the shown run as soon as it can answer."""
    latest = current.run()
    if latest is None or latest.id == run.id or not server.run_state(latest).is_active:
        return

    def waiting() -> None:
        st.caption(f"**{escape_markdown(name_of(latest))}** takes its place as soon as it begins to learn.")

    live.live(waiting, lambda: None if latest.snapshots else live.reading(latest)())


@st.fragment
def _input_and_answer(run: Run) -> None:
    """Draw everything that changes when the pen is lifted."""
    steps = stages.chosen_steps()
    # One row is as wide as the canvas, because a phone has no room for two rows above it and the answer below.
    with st.container(width=SIDE, horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        source = choice("Where the digit comes from", SOURCE_LABELS, "draw_source", width="content")
        if source == Source.DRAWING:
            drawing_tools()
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=SIDE):
            line = answer.line_container()
            given = _digit_input(source, steps, run)
            if st.session_state.get(_TEACH):
                collection.keep(given, source, steps)
        # The answer has a fixed width, so that it wraps below the canvas and does not become too narrow.
        with st.container(width=_ANSWER_WIDTH):
            if given.stages is not None:
                stages.notice(steps)
            live.live(lambda: answer.show(run, given), live.reading(run))
        with line:
            live.live(lambda: answer.show_line(run, given), live.reading(run))
    expander = st.expander("How your drawing becomes the network's input", key="draw_stages", on_change="rerun")
    if expander.open:
        with expander:
            stages.show(given)
    several = st.expander("What several networks say to it", key="draw_several", on_change="rerun")
    if several.open:
        with several:
            several_networks.show(given)
    teaching = st.expander("Teach it your hand", key=_TEACH, on_change="rerun")
    if teaching.open:
        with teaching:
            collection.show(run)


def _digit_input(source: Source, steps: frozenset[Step], run: Run) -> DigitInput:
    match source:
        case Source.PHOTO:
            return photo.show(steps)
        case Source.TEST_SET:
            return digit_source.test_digit(run)
    return drawing(steps)


page()
