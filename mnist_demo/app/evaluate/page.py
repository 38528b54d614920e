"""The page that shows how accurate a trained network is, and where it errs."""

import functools
from pathlib import Path

import streamlit as st

from mnist_demo.app import navigation
from mnist_demo.app.evaluate import class_table, confusion_matrix
from mnist_demo.app.session import datasets, server
from mnist_demo.app.widgets import example_notice, glossary
from mnist_demo.app.widgets.layout import header
from mnist_demo.app.widgets.progress import progress_line
from mnist_demo.app.widgets.run_choice import choose_run, no_longer_kept
from mnist_demo.app.words import duration, escape_markdown
from mnist_demo.data import MnistData
from mnist_demo.evaluation import Evaluation, evaluate
from mnist_demo.evaluation.percent import percent
from mnist_demo.inference import InferenceError
from mnist_demo.inference.predictions import PredictionPass
from mnist_demo.processes import seconds_until_warm
from mnist_demo.runs import Run, name_of
from mnist_demo.runs.predictions import TEST

_FIGURE_HEIGHT = 76  # pixels


def page() -> None:
    """Draw the figures over all test images, the confusion matrix, the wrong images and each class."""
    header(navigation.EVALUATE, "All test images, once: how good the network is, and which images it gets wrong.")
    run = choose_run()
    example_notice.show(run)
    try:
        data = datasets.load(run.experiment.data)
        snapshot = _snapshot(run)
        prediction = server.prediction_pass(run, snapshot, TEST, data.test, with_probabilities=True)
        _status(run, snapshot, prediction)
        server.keep_final(run, snapshot, prediction)
        evaluation = _evaluation(snapshot, snapshot.stat().st_mtime_ns, prediction, data)
    except InferenceError as error:
        st.error(f"The network could not be asked. {error}", icon=":material/error:")
        st.button("Try again", icon=":material/refresh:", key="evaluate_again")
    except (OSError, ValueError):
        no_longer_kept(run)
    else:
        _figures(evaluation)
        # Pass a loader, not the images: Streamlit keeps a fragment's arguments for two minutes after the visit.
        confusion_matrix.show(evaluation, functools.partial(datasets.load, run.experiment.data))
        class_table.show(evaluation)
    navigation.next_step(navigation.TIME_MACHINE, "See how it learned")


def _snapshot(run: Run) -> Path:
    """Return the newest weights of a run; while it trains, the weights that were newest at the last request."""
    snapshots = run.snapshots
    kept = st.session_state.get("evaluate_snapshot")
    if server.run_state(run).is_active and kept in snapshots[1:]:
        return Path(kept)
    st.session_state["evaluate_snapshot"] = newest = run.newest_snapshot
    return newest


def _look_again() -> None:
    st.session_state.pop("evaluate_snapshot", None)


def _loading() -> str:
    """Return the text of the wait for the first predictions, whose progress is unknown."""
    seconds = seconds_until_warm()
    return "Loading the network" if seconds < 1 else f"The server has just started: about {duration(seconds)} left"


def _status(run: Run, snapshot: Path, prediction: PredictionPass) -> None:
    """Draw the progress of the prediction pass, then, in the same place, the evaluated run."""
    place = st.empty()
    while not prediction.is_done:
        left = prediction.seconds_left
        text = f"{prediction.done:,} of {len(prediction):,} test images read" if prediction.done else _loading()
        place.progress(
            prediction.done / len(prediction), text=text + (f", {duration(left)} left" if left is not None else "")
        )
        prediction.step()
    with place.container(horizontal=True, vertical_alignment="center"):
        if server.run_state(run).is_active:
            epochs = run.experiment.training.epochs
            st.markdown(
                f"**{escape_markdown(name_of(run))}** after epoch {int(snapshot.stem)} of {epochs}, still learning",
                width="content",
            )
            st.button("Look again", icon=":material/refresh:", key="look_again", on_click=_look_again)
        else:
            line = progress_line(run, run.history())
            st.markdown(f"**{escape_markdown(name_of(run))}**, final network · {line}")


@st.cache_resource(max_entries=6, show_spinner=False)
def _evaluation(snapshot: Path, changed: int, _prediction: PredictionPass, _data: MnistData) -> Evaluation:
    """Compute every figure from one prediction pass; `changed` distinguishes two files of the same name."""
    return evaluate(_data.test.labels, _prediction.probabilities(), _data.class_names)


def _figures(evaluation: Evaluation) -> None:
    low, high = evaluation.accuracy_interval
    places = 2 if evaluation.accuracy >= 0.99 else 1
    wrong = len(evaluation.mistakes)
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=270, gap=None):
            st.metric(
                "Accuracy",
                percent(evaluation.accuracy),
                height=_FIGURE_HEIGHT,
                help=glossary.about("accuracy", "interval"),
            )
            st.caption(f"between {100 * low:.{places}f} and {high:.{places}%} (95% interval)")
        with st.container(width=140, gap=None):
            st.metric("Wrong images", f"{wrong:,}", height=_FIGURE_HEIGHT)
            st.caption(f"of {len(evaluation):,}")
        with st.container(width=140, gap=None):
            st.metric(
                "Loss",
                f"{evaluation.loss:.3f}",
                height=_FIGURE_HEIGHT,
                help=glossary.about("loss", "cross-entropy"),
            )
            st.caption("cross-entropy")


page()
