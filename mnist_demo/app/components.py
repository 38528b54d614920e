"""Pieces that several pages are made of."""

import re
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from mnist_demo.app import state
from mnist_demo.experiment import Experiment
from mnist_demo.presets import PRESETS
from mnist_demo.runs import History, Run, RunState

REFRESH = 0.5
"""Seconds between two looks at a run that is being trained."""

_MARKDOWN = re.compile(r"([\\`*_~{}\[\]<>#:$|!&.@])")

_CHOICE = "chosen_run"

STATE_ICONS = {
    RunState.QUEUED: ":material/hourglass_empty:",
    RunState.STARTING: ":material/rocket_launch:",
    RunState.TRAINING: ":material/model_training:",
    RunState.STOPPING: ":material/stop_circle:",
    RunState.STOPPED: ":material/stop_circle:",
    RunState.FINISHED: ":material/check_circle:",
    RunState.FAILED: ":material/error:",
}


def header(title: str, sentence: str) -> None:
    """A page's title and the one sentence on what can be done here."""
    st.title(title, anchor=False)
    st.markdown(sentence)


def live(draw: Callable[[Run], None], run: Run) -> None:
    """Draw something about a run, again and again while it is active, and the whole page once when it ends."""
    active = state.run_state(run).is_active

    def redraw() -> None:
        draw(run)
        if active and not state.run_state(run).is_active:
            st.rerun()

    # A fragment is told apart by its function's name and place; the drawing function lends it its own.
    redraw.__qualname__ = f"live.{draw.__module__}.{draw.__qualname__}"
    st.fragment(redraw, run_every=REFRESH if active else None)()


def start(experiment: Experiment) -> Run | None:
    """Start training, or say in one sentence why that is not possible."""
    try:
        return state.start_training(experiment)
    except OSError as error:
        st.error(f"The run could not be created: {error.strerror or error}. Nothing was lost; try again.")
        return None


def progress_line(run: Run, history: History) -> str:
    """Where a run stands, in words."""
    now = state.run_state(run)
    epochs = history.plan.epochs if history.plan else run.experiment.training.epochs
    match now:
        case RunState.QUEUED:
            ahead = state.jobs().place(run)
            return f"Waiting: {ahead} ahead of you" if ahead else "About to start"
        case RunState.STARTING:
            return "Getting ready: the network is being built"
        case RunState.TRAINING:
            epoch = min(epochs, len(history.epochs["epoch"]) + 1)
            left = history.seconds_left
            return f"Epoch {epoch} of {epochs}" + (f", {duration(left)} left" if left is not None else "")
        case RunState.STOPPING:
            return "Stopping: what was learned is being kept"
        case RunState.STOPPED:
            done = len(history.epochs["epoch"])
            return run.reason or f"Stopped after {done} of {epochs} epochs and {history.images:,} images"
        case RunState.FINISHED:
            return f"Finished: {plural(epochs, 'epoch')} in {duration(history.seconds)}"
        case RunState.FAILED:
            return run.reason or "Interrupted: the server stopped. The epochs that were finished are kept"


def need_trained_run(purpose: str) -> Run:
    """The run that a page works on; a page that has none offers to train `fast` there and then, and ends here.

    Args:
        purpose: what the page would do with it, to complete "Train one …".
    """
    if (trained := state.trained_run()) is not None:
        return trained
    current = state.run()
    with st.container(border=True):
        if current is not None and state.run_state(current).is_active:
            st.markdown(f"**{plain(current.experiment.name)}** is learning. This page opens when its first epoch ends.")
            live(_short_progress, current)
        else:
            if current is not None and current.reason:
                st.warning(current.reason, icon=":material/error:")
            st.markdown(f"No trained network yet. Train one {purpose}: about ten seconds.")
            if st.button("Train the fast network", type="primary", icon=":material/play_arrow:", key="train_fast"):
                wanted = state.fit_to_data(PRESETS["fast"], state.experiment().data)
                state.set_experiment(wanted)
                if start(wanted):
                    st.rerun()
    return st.stop()


def choose_run(purpose: str) -> Run:
    """The run that a page works on, with a choice of it where the lab has several; ends the page where it has none.

    The choice goes on the bench, so that every page works on the same run.

    Args:
        purpose: as `need_trained_run` takes it.
    """
    current = need_trained_run(purpose)
    runs = {run.id: run for run in state.trained_runs()}
    if len(runs) > 1 and current.id in runs:
        # The bench may have changed elsewhere since this was last shown.
        st.session_state[_CHOICE] = current.id
        st.selectbox(
            "Network",
            runs,
            format_func=lambda run_id: _run_label(runs[run_id]) if run_id in runs else run_id,
            key=_CHOICE,
            on_change=lambda: state.choose_run(str(st.session_state[_CHOICE])),
            label_visibility="collapsed",
            width=440,
        )
    return current


def _run_label(run: Run) -> str:
    """A run in a list: what it is, how good, and when it was begun in UTC, by which two of a name are told apart."""
    size = run.events_path.stat().st_size if run.events_path.exists() else 0
    best = _best_accuracy(run.events_path, size)
    when = f"{run.id[:4]}-{run.id[4:6]}-{run.id[6:8]} {run.id[9:11]}:{run.id[11:13]} UTC"
    return f"{run.experiment.name}, {f'{percent(best)} on validation, ' if best is not None else ''}{when}"


@st.cache_data(max_entries=512, show_spinner=False)
def _best_accuracy(events_path: Path, size: int) -> float | None:
    del size  # part of the key: the events of an active run grow
    return Run(events_path.parent).history().best_validation_accuracy


def _short_progress(run: Run) -> None:
    history = run.history()
    st.progress(history.progress, text=progress_line(run, history))
    if state.trained_run() is not None:
        st.rerun()


def duration(seconds: float) -> str:
    """Seconds as a person says them: '8 s', '2 min 5 s', '1 h 10 min'."""
    if seconds < 10:
        return f"{max(seconds, 0):.0f} s" if seconds >= 1 else "less than a second"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def percent(share: float) -> str:
    """A share with as many digits as mean something: '98.7%', and '99.15%' from 99% on."""
    return f"{share:.2%}" if share >= 0.99 else f"{share:.1%}"


def plural(count: int, noun: str) -> str:
    """'1 epoch', '12 epochs'."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def plain(text: str) -> str:
    """A text from outside, such as a file's name, as Markdown that shows it as it stands."""
    return _MARKDOWN.sub(r"\\\1", text)
