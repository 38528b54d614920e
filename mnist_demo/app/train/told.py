"""One line on what has just happened in a training, and what may be tried."""

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mnist_demo.app import navigation
from mnist_demo.app.session import datasets, server, trainings
from mnist_demo.app.session.lab import lab
from mnist_demo.app.widgets import start_button
from mnist_demo.app.words import could_not
from mnist_demo.app.words.comments import in_words
from mnist_demo.comments import (
    AccuracyReached,
    Comment,
    Diverged,
    Earlier,
    Guessing,
    Learned,
    NextStep,
    Parted,
    comment_on,
)
from mnist_demo.data import DataError
from mnist_demo.jobs.going_back import can_go_back
from mnist_demo.runs import History, Run, name_of
from mnist_demo.runs.summary import read_summary
from mnist_demo.training import Continuation

# Streamlit draws no empty box, and the room for a comment would be gone.
_NOTHING = "&nbsp;"
_PAGES = {
    NextStep.MISTAKES: (navigation.EVALUATE, "See its mistakes"),
    NextStep.DRAW: (navigation.DRAW, "Draw a digit"),
}


def show(run: Run, history: History, show_error_rate: Callable[[], None]) -> None:
    """Draw the comment on a run of this lab, in a box that keeps its room without one.

    Args:
        run: The run.
        history: The run's figures.
        show_error_rate: Change the right chart to the error rate.
    """
    try:
        names, comment = _comment(run, history)
    except (OSError, DataError):
        comment = None
    if comment is None:
        show_sentence(_NOTHING)
        return
    with _box():
        _sentence(in_words(comment, names))
        _actions(comment, run, show_error_rate)


def show_sentence(sentence: str) -> None:
    """Draw a sentence in the place of the comment."""
    with _box():
        _sentence(sentence)


def _box() -> DeltaGenerator:
    return st.container(key="train_told", horizontal=True, vertical_alignment="center")


def _sentence(sentence: str) -> None:
    st.markdown(f":small[{sentence}]", width="stretch")


def _comment(run: Run, history: History) -> tuple[tuple[str, ...], Comment | None]:
    experiment = run.experiment
    data = datasets.load(experiment.data)
    state = server.run_state(run)
    earlier = None if state.is_active else _best_earlier(run)
    labels = data.validation.labels[: experiment.training.validation_images]
    return data.class_names, comment_on(experiment, history, labels, state, server.jobs().reason(run), earlier)


def _best_earlier(run: Run) -> Earlier | None:
    """Return the most accurate earlier run of this lab with the same validation images."""
    asked = run.experiment
    best: tuple[float, Run] | None = None
    for other in lab().runs:
        try:
            is_comparable = (
                other.id < run.id
                and other.experiment.data == asked.data
                and other.experiment.training.validation_images == asked.training.validation_images
            )
            accuracy = read_summary(other).validation_accuracy if is_comparable else None
        except (OSError, ValueError):
            continue
        if accuracy is not None and (best is None or accuracy > best[0]):
            best = (accuracy, other)
    return Earlier(name_of(best[1]), best[0]) if best else None


def _actions(comment: Comment, run: Run, show_error_rate: Callable[[], None]) -> None:
    match comment:
        case AccuracyReached():
            st.button("Show the error rate", icon=":material/show_chart:", key="told_error", on_click=show_error_rate)
        case Parted():
            _page_button(navigation.TIME_MACHINE, "Look back")
        case Guessing() | Diverged():
            if comment.try_rate is not None:
                _rate_actions(run, comment.back_to, comment.try_rate)
        case Learned():
            for step in comment.next_steps:
                _next_step(step, run)
        case _:
            return


def _rate_actions(run: Run, back_to: int | None, rate: float) -> None:
    if run.own_data_path.exists():
        # The images of a fine-tuning belong to its run alone.
        return
    if back_to is not None and can_go_back(run, back_to):
        start_button.start_button(
            f"Back to epoch {back_to}",
            lambda: trainings.go_back(run, back_to, rate),
            icon=":material/history:",
            key="told_back",
            help=f"Trains a new run that goes on from epoch {back_to}, at a rate of {rate:g}. This run is kept.",
        )
    start_button.start_button(
        f"Try {rate:g}",
        lambda: trainings.try_rate(run, rate),
        icon=":material/replay:",
        key="told_try",
        help=f"Trains the same network from the beginning, at a rate of {rate:g}. This run is kept.",
    )


def _next_step(step: NextStep, run: Run) -> None:
    if step is NextStep.TRAIN_MORE:
        epochs = run.experiment.training.epochs
        start_button.start_button(
            "Train more",
            lambda: _train_more(run, epochs),
            icon=":material/forward_media:",
            key="told_more",
            help=f"Goes on for {epochs} epochs more.",
        )
    else:
        _page_button(*_PAGES[step])


def _train_more(run: Run, epochs: int) -> None:
    try:
        trainings.train_more(run, Continuation(epochs=epochs))
    except ValueError as error:
        raise trainings.StartError(str(error)) from error
    except OSError as error:
        raise trainings.StartError(could_not("The run could not be resumed", error)) from error


def _page_button(page: navigation.Page, label: str) -> None:
    if st.button(label, icon=f":material/{page.icon}:", key=f"told_{page.name}"):
        st.switch_page(page.path, query_params={})
