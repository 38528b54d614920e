"""The choice of a run, which several pages share."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from mnist_demo.app.session import current, server
from mnist_demo.app.stop_reason_words import in_words
from mnist_demo.app.widgets import start_button
from mnist_demo.app.widgets.former import former_words
from mnist_demo.app.widgets.live import live, watching
from mnist_demo.app.widgets.progress import progress_line, progress_share, validation_names
from mnist_demo.app.words import escape_markdown, moment
from mnist_demo.evaluation.percent import percent
from mnist_demo.runs import Run, RunId, name_of
from mnist_demo.runs.history import Validation

_CHOICE = "chosen_run"


def no_longer_kept(run: Run) -> None:
    """Say that a page cannot use a run, because its data or its weights are gone."""
    st.error(
        f"The images or the weights of this run are no longer kept: it was trained on "
        f"{escape_markdown(run.experiment.data.name)}. Give these images again on Explore, or choose another network.",
        icon=":material/error:",
    )


def need_trained_run(purpose: str, *, while_learning: bool = False) -> Run:
    """Return the run that a page uses; without one, the page offers to train `fast` at once and ends here.

    Args:
        purpose: The page's use of the run, to complete "Train one …".
        while_learning: Whether a run in its first epoch counts.
    """
    if (trained := current.trained_run(while_learning=while_learning)) is not None:
        return trained

    current_run = current.run()
    with st.container(border=True):
        if current_run is not None and server.run_state(current_run).is_active:
            when = "when its first batch begins" if while_learning else "when its first epoch ends"
            st.markdown(f"**{escape_markdown(name_of(current_run))}** is learning. This page opens {when}.")
            live(
                lambda: _progress(current_run),
                lambda: None if current.trained_run(while_learning=while_learning) else watching(current_run)(),
            )
        else:
            if current_run is not None and current_run.reason:
                st.warning(in_words(current_run.reason), icon=":material/error:")
            st.markdown(f"No trained network yet. Train one {purpose}: about ten seconds.")
            start_button.offer_fast()
    return st.stop()


def _progress(run: Run) -> None:
    history = run.history()
    st.progress(progress_share(run, history), text=progress_line(run, history))


def choose_run(purpose: str, *, while_learning: bool = False) -> Run:
    """Draw a choice of runs where the lab has several, and return the chosen run; end the page where the lab has none.

    The chosen run becomes the current one, so that every page uses the same run.

    Args:
        purpose: See `need_trained_run`.
        while_learning: See `need_trained_run`.
    """
    run = need_trained_run(purpose, while_learning=while_learning)
    place = st.container(horizontal=True, vertical_alignment="center")
    runs = {each.id: each for each in current.trained_runs(while_learning=while_learning)}
    if len(runs) > 1 and run.id in runs:
        # The choice follows the current run, which may have changed on another page.
        st.session_state[_CHOICE] = run.id
        labels = run_labels(runs)
        place.selectbox(
            "Network",
            runs,
            format_func=lambda run_id: labels.get(run_id, run_id),
            key=_CHOICE,
            on_change=lambda: current.choose_run(str(st.session_state[_CHOICE])),
            label_visibility="collapsed",
            width=440,
        )
    # The canvas of Draw needs the room, and a drawing is not about the design.
    if not while_learning and (former := former_words(run)):
        place.caption(f":material/history: {former[0].upper()}{former[1:]}.", width="content")
    return run


def run_labels(runs: Mapping[str, Run]) -> dict[str, str]:
    """Return the labels of runs in a list, by their ids: name, validation accuracy, and time of creation."""
    return disambiguated({run_id: _run_label(run) for run_id, run in runs.items()})


def disambiguated(labels: Mapping[str, str]) -> dict[str, str]:
    """Return labels by run id that end with the run's time of creation, made different where two are alike.

    Streamlit (1.67) identifies a list's options by their labels: a choice of one of two alike could give the other.
    """
    apart = dict(labels)
    # The time is extended to the second, as in the id, and then by the random part of the id.
    for form in (":{0.begun:%S}", " ({0.random})"):
        counts = Counter(apart.values())
        for run_id, label in apart.items():
            if counts[label] > 1:
                apart[run_id] = label + form.format(RunId.parse(run_id))
    return apart


def _run_label(run: Run) -> str:
    size = run.events_path.stat().st_size if run.events_path.exists() else 0
    reached = _validation_reached(run.events_path, size)
    is_active = server.run_state(run).is_active
    told = (
        f"{validation_names(reached, is_active=is_active)[0]} {percent(reached.newest)} on validation, "
        if reached
        else ""
    )
    return f"{name_of(run)}, {told}{moment(run.begun)}"


@st.cache_data(max_entries=512, show_spinner=False)
def _validation_reached(events_path: Path, size: int) -> Validation | None:
    """Return a run's validation accuracies; that of its final network can be below that of its best epoch."""
    del size  # part of the cache key, because the events file of an active run grows
    return Run(events_path.parent).history().validation
