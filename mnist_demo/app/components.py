"""Pieces that several pages are made of."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from mnist_demo.app import starting, state
from mnist_demo.app.markdown import plain
from mnist_demo.runs import History, Run, RunState, name_of

REFRESH = 0.5
"""Seconds between two looks at a run that is being trained."""

REFRESH_STARTING = 0.2
"""Seconds between two looks at one that is getting ready: somebody waits for the first point of the curve."""

_CHOICE = "chosen_run"

STATE_ICONS = {
    RunState.QUEUED: ":material/hourglass_empty:",
    RunState.STARTING: ":material/rocket_launch:",
    RunState.TRAINING: ":material/model_training:",
    RunState.PAUSED: ":material/pause_circle:",
    RunState.STOPPING: ":material/stop_circle:",
    RunState.STOPPED: ":material/stop_circle:",
    RunState.FINISHED: ":material/check_circle:",
    RunState.FAILED: ":material/error:",
}


def header(title: str, sentence: str) -> None:
    """A page's title and the one sentence on what can be done here."""
    # Close together: a page has 800 pixels of a projector to say what it is about.
    with st.container(gap=None):
        st.title(title, anchor=False)
        st.markdown(sentence)


def live(draw: Callable[[Run], None], run: Run) -> None:
    """Draw something about a run, again and again while it is active, and the whole page when it begins and ends."""
    refresh = _refresh(run)

    def redraw() -> None:
        draw(run)
        # Only a run of the whole page can change how often a fragment is drawn.
        if refresh is not None and _refresh(run) != refresh:
            st.rerun()

    # A fragment is told apart by its function's name and place; the drawing function lends it its own.
    redraw.__qualname__ = f"live.{draw.__module__}.{draw.__qualname__}"
    st.fragment(redraw, run_every=refresh)()


def _refresh(run: Run) -> float | None:
    """Seconds between two looks at a run; None when nothing more will happen."""
    if not state.run_state(run).is_active:
        return None
    is_starting = state.jobs().place(run) == 0 and not run.history().step
    return REFRESH_STARTING if is_starting else REFRESH


def choice(label: str, options: Sequence[str], key: str, **looks: Any) -> str:
    """One of a few, the first by default and never none; it is remembered when the visitor goes to another page.

    Args:
        label: what is chosen, for those who do not see it.
        options: what there is.
        key: the control's own.
        looks: what `st.segmented_control` takes besides.
    """
    chosen = st.segmented_control(
        label,
        options,
        default=options[0],
        required=True,
        key=key,
        persist_state="session",
        label_visibility="collapsed",
        **looks,
    )
    return chosen if chosen in options else options[0]


def no_longer_kept(run: Run) -> None:
    """Say that a page cannot work on a run, as what it was trained on or has learned is gone."""
    st.error(
        f"The images or the weights of this run are no longer kept: it was trained on "
        f"{plain(run.experiment.data.name)}. Give these images again on Explore, or choose another network.",
        icon=":material/error:",
    )


def room(height: int) -> None:
    """Keep pixels free in a popover that is filled when it is opened.

    It looks for the side with room for it when it opens, by what is in it then (Streamlit 1.67): an empty one at the
    foot of the screen stays there, and shows no more than a line of what it gets.
    """
    st.container(height=height, border=False)


def progress_share(run: Run, history: History) -> float:
    """How much of a run is done, 0 to 1; a finished one is, even when it ended before its last epoch."""
    return 1.0 if state.run_state(run) is RunState.FINISHED else history.progress


def progress_line(run: Run, history: History) -> str:
    """Where a run stands, in words."""
    now = state.run_state(run)
    epochs = history.plan.epochs if history.plan else run.experiment.training.epochs
    match now:
        case RunState.QUEUED:
            ahead = state.jobs().place(run)
            if not ahead:
                return "About to start"
            wait = state.jobs().wait_seconds(run)
            about = f", about {duration(wait)}" if wait is not None and wait >= 1 else ""
            gave_way = f". {run.reason}" if run.reason else ""
            return f"Waiting: {ahead} ahead of you{about}{gave_way}"
        case RunState.STARTING:
            return "Getting ready: the network is being built"
        case RunState.TRAINING:
            epoch = min(epochs, len(history.epochs["epoch"]) + 1)
            left = history.seconds_left
            return f"Epoch {epoch} of {epochs}" + (f", {duration(left)} left" if left is not None else "")
        case RunState.PAUSED:
            epoch = min(epochs, len(history.epochs["epoch"]) + 1)
            return f"Paused in epoch {epoch} of {epochs}, after {history.images:,} images"
        case RunState.STOPPING:
            return "Stopping: what was learned is being kept"
        case RunState.STOPPED:
            done = len(history.epochs["epoch"])
            stopped = f"Stopped after {done} of {epochs} epochs and {history.images:,} images"
            return f"{run.reason} {stopped}" if run.reason else stopped
        case RunState.FINISHED:
            done = len(history.epochs["epoch"])
            return run.reason or f"Finished: {plural(done, 'epoch')} in {duration(history.seconds)}"
        case RunState.FAILED:
            interrupted = "Interrupted: the server stopped. The epochs that were finished are kept"
            return state.jobs().reason(run) or interrupted


def need_trained_run(purpose: str, *, while_learning: bool = False) -> Run:
    """The run that a page works on; a page that has none offers to train `fast` there and then, and ends here.

    Args:
        purpose: what the page would do with it, to complete "Train one …".
        while_learning: whether a run in its first epoch will do.
    """
    if (trained := state.trained_run(while_learning=while_learning)) is not None:
        return trained

    def progress(run: Run) -> None:
        history = run.history()
        st.progress(progress_share(run, history), text=progress_line(run, history))
        if state.trained_run(while_learning=while_learning) is not None:
            st.rerun()

    current = state.run()
    with st.container(border=True):
        if current is not None and state.run_state(current).is_active:
            when = "when its first batch begins" if while_learning else "when its first epoch ends"
            st.markdown(f"**{plain(current.experiment.name)}** is learning. This page opens {when}.")
            live(progress, current)
        else:
            if current is not None and current.reason:
                st.warning(current.reason, icon=":material/error:")
            st.markdown(f"No trained network yet. Train one {purpose}: about ten seconds.")
            starting.offer_fast()
    return st.stop()


def choose_run(purpose: str, *, while_learning: bool = False) -> Run:
    """The run that a page works on, with a choice of it where the lab has several; ends the page where it has none.

    The choice goes on the bench, so that every page works on the same run.

    Args:
        purpose: as `need_trained_run` takes it.
        while_learning: so too.
    """
    current = need_trained_run(purpose, while_learning=while_learning)
    runs = {run.id: run for run in state.trained_runs(while_learning=while_learning)}
    if len(runs) > 1 and current.id in runs:
        # The bench may have changed elsewhere since this was last shown.
        st.session_state[_CHOICE] = current.id
        labels = run_labels(runs)
        st.selectbox(
            "Network",
            runs,
            format_func=lambda run_id: labels.get(run_id, run_id),
            key=_CHOICE,
            on_change=lambda: state.choose_run(str(st.session_state[_CHOICE])),
            label_visibility="collapsed",
            width=440,
        )
    return current


def run_labels(runs: Mapping[str, Run]) -> dict[str, str]:
    """Runs in a list, by their ids: what each is, how good, and when it was begun."""
    return told_apart({run_id: _run_label(run) for run_id, run in runs.items()})


def told_apart(labels: Mapping[str, str]) -> dict[str, str]:
    """Labels by run id that end in the minute in which the run was begun, made different where two are alike.

    Streamlit (1.67) knows the options of a list by their labels: whoever chose the one of two would get the other.
    """
    apart = dict(labels)
    # To the second, as in the id, and at last by the part of the id that is random.
    for form in (":{0}", " ({1})"):
        counts = Counter(apart.values())
        for run_id, label in apart.items():
            if counts[label] > 1:
                apart[run_id] = label + form.format(run_id[13:15], run_id[16:])
    return apart


def _run_label(run: Run) -> str:
    size = run.events_path.stat().st_size if run.events_path.exists() else 0
    reached = _accuracy_reached(run.events_path, size)
    begun = datetime.strptime(run.id[:15], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
    return f"{name_of(run)}, {f'{percent(reached)} on validation, ' if reached is not None else ''}{moment(begun)}"


@st.cache_data(max_entries=512, show_spinner=False)
def _accuracy_reached(events_path: Path, size: int) -> float | None:
    """That of the network which the pages work on: not its best one on the way, which may be better."""
    del size  # part of the key: the events of an active run grow
    accuracies = Run(events_path.parent).history().epochs["val_accuracy"]
    return float(accuracies[-1]) if len(accuracies) else None


def local_time(moment: datetime) -> datetime:
    """A moment as the visitor's clock shows it, without a time zone."""
    try:
        return moment.astimezone(ZoneInfo(st.context.timezone or "UTC")).replace(tzinfo=None)
    except (KeyError, ValueError, OSError):
        return moment.replace(tzinfo=None)


def moment(when: datetime) -> str:
    """A moment as the visitor's clock shows it, in few characters: '24 Nov 17:14'."""
    return f"{local_time(when):%d %b %H:%M}"


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
    """'1 epoch', '12 epochs', '3 batches'."""
    ending = "es" if noun.endswith(("tch", "s", "x")) else "s"
    return f"{count:,} {noun}" + ("" if count == 1 else ending)
