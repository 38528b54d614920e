"""The controls of a training: pause, resume, step, stop, another learning rate, and more epochs after the end."""

import time
from collections.abc import Callable
from typing import Any

import streamlit as st

from mnist_demo import fields
from mnist_demo.app.session import server, trainings
from mnist_demo.app.session.trainings import StartError
from mnist_demo.app.widgets import start_button
from mnist_demo.app.words import could_not
from mnist_demo.data import DataError
from mnist_demo.experiment.settings import Schedule, TrainingSettings
from mnist_demo.runs import Run, RunState
from mnist_demo.training import Continuation
from mnist_demo.training.continuation import MAX_EPOCHS, check_learning_rate
from mnist_demo.training.resuming import reached_by

_REFUSED = "player_refused"

_RATE_WIDTH = 140
_PAUSE_WIDTH = 120  # screen pixels that either of its names fits

_ANSWER = 0.3
"""Seconds to wait for the effect of a command; a call of the graph takes at most 0.2."""


def show(run: Run) -> None:
    """Draw the controls of a run that waits or is trained; an action that is impossible now is disabled."""
    now = server.run_state(run)
    jobs = server.jobs()
    steerable = now in (RunState.TRAINING, RunState.PAUSED)
    with st.container(horizontal=True, vertical_alignment="center"):
        # The button keeps its key and changes its name, because a new button would move the others for a moment.
        stands = now is RunState.PAUSED
        st.button(
            "Resume" if stands else "Pause",
            icon=":material/play_arrow:" if stands else ":material/pause:",
            key="pause",
            type="primary" if stands else "secondary",
            disabled=not steerable,
            width=_PAUSE_WIDTH,
            on_click=_tell,
            args=(jobs.resume if stands else jobs.pause, run),
            help="The network goes on from where it stands."
            if stands
            else "The network pauses at the next batch, until you resume it.",
        )
        for label, key, step, about in (
            ("One batch", "step_batch", jobs.step_batch, "One batch of images more, then it pauses."),
            ("One epoch", "step_epoch", jobs.step_epoch, "On to the end of the epoch, then it pauses."),
        ):
            st.button(
                label,
                icon=":material/skip_next:",
                key=key,
                disabled=not steerable,
                on_click=_tell,
                args=(step, run),
                help=about,
            )
        st.button(
            "Stop",
            icon=":material/stop:",
            key="stop",
            disabled=now is RunState.STOPPING,
            on_click=_tell,
            args=(jobs.stop, run),
            help="Ends the training at the next batch and keeps what was learned.",
        )
        _learning_rate(run, disabled=not steerable)
    if refused := st.session_state.get(_REFUSED):
        st.markdown(f":red[:material/error: {refused}]")


def _tell(command: Callable[[Run], None], run: Run) -> None:
    """Send a command and wait a moment until the training has executed it, so that the page shows the effect."""
    before = _events_size(run)
    command(run)
    deadline = time.monotonic() + _ANSWER
    while _events_size(run) == before and time.monotonic() < deadline:
        time.sleep(0.02)


def _events_size(run: Run) -> int:
    try:
        return run.events_path.stat().st_size
    except OSError:
        return 0


def show_more(run: Run) -> None:
    """Draw the way to resume a run that has ended."""
    try:
        reached = reached_by(run)
        settings = run.experiment.training
    except (OSError, ValueError):
        return
    with st.popover("Train more", icon=":material/forward_media:", key="train_more_options"):
        if reached.is_end:
            epochs_left = MAX_EPOCHS - reached.epoch
            if epochs_left < 1:
                st.markdown(f"This run has {MAX_EPOCHS} epochs, as many as one run can have.")
                return
            st.number_input(
                "Epochs more",
                min_value=1,
                max_value=min(100, epochs_left),
                value=min(settings.epochs, 100, epochs_left),
                key=f"more_epochs_{run.id}",
                help="The schedule of the learning rate begins again over these epochs."
                if settings.schedule is not Schedule.CONSTANT
                else None,
            )
        current = offered = _current_rate(run)
        if not reached.is_end:
            after = f", after {reached.batch:,} of its batches" if reached.batch else ""
            place = f"epoch {reached.epoch + 1} of {reached.last_epoch}{after}"
            if run.reason and run.reason.has_diverged:
                offered = _smaller_rate(current, settings.learning_rate * reached.rate_factor)
                st.markdown(
                    f"Goes back to {'' if reached.batch else 'the beginning of '}{place}, before the loss stopped "
                    f"being a number. At a rate of {current:g} that would happen again: a smaller one stands here."
                )
            else:
                st.markdown(f"Goes on in {place}, as if it had never stopped.")
        st.number_input(
            _rate_label(settings), value=offered, key=f"more_rate_{run.id}", help=_rate_help(settings), **_rate_bounds()
        )
        start_button.start_button(
            "Go on",
            lambda: _go_on(run),
            icon=":material/play_arrow:",
            type="primary",
            key="train_more",
        )


def _go_on(run: Run) -> None:
    # The fields are read at the press, because they may have changed since they were last drawn.
    epochs, rate = (st.session_state.get(f"more_{field}_{run.id}") for field in ("epochs", "rate"))
    is_same = rate is None or abs(rate - _current_rate(run)) < 1e-12
    try:
        trainings.train_more(run, Continuation(epochs=epochs or 0, learning_rate=None if is_same else rate))
    except DataError as error:
        raise StartError(f"{error} Give these images again on Explore.") from error
    except ValueError as error:
        raise StartError(str(error)) from error
    except OSError as error:
        raise StartError(could_not("The run could not be resumed", error)) from error


def _learning_rate(run: Run, *, disabled: bool) -> None:
    settings = run.experiment.training
    key = f"rate_{run.id}"
    # The label is beside the field and not above, so that the row is as high as the row with Train.
    st.markdown(_rate_label(settings), help=_rate_help(settings), width="content")
    st.number_input(
        _rate_label(settings),
        value=_current_rate(run),
        key=key,
        label_visibility="collapsed",
        disabled=disabled,
        width=_RATE_WIDTH,
        on_change=_change_rate,
        args=(run, key),
        **_rate_bounds(),
    )


def _change_rate(run: Run, key: str) -> None:
    st.session_state.pop(_REFUSED, None)
    try:
        rate = check_learning_rate(st.session_state[key])
        _tell(lambda run: server.jobs().set_learning_rate(run, rate), run)
    except ValueError as refusal:
        st.session_state[_REFUSED] = str(refusal)


def _smaller_rate(failed: float, before: float) -> float:
    """Return a rate to try below the previous rate, after a rate at which the loss diverged."""
    lowest: float = _rate_bounds()["min_value"]
    return max(min(float(f"{failed / 10:.6g}"), before), lowest)


def _current_rate(run: Run) -> float:
    """Return the rate that was last requested, in this session or before."""
    rates = run.history().rates["learning_rate"]
    return float(rates[-1]) if len(rates) else run.experiment.training.learning_rate


def _rate_label(settings: TrainingSettings) -> str:
    return "Learning rate" if settings.schedule is Schedule.CONSTANT else "Highest learning rate"


def _rate_help(settings: TrainingSettings) -> str:
    if settings.schedule is Schedule.CONSTANT:
        return "Used from the next batch on, and marked on the charts."
    return "Used from the next batch on, and marked on the charts: the schedule keeps its shape and is scaled to it."


def _rate_bounds() -> dict[str, Any]:
    spec = fields.field_specs(TrainingSettings)["learning_rate"]
    assert isinstance(spec, fields.Number)
    return {"min_value": spec.low, "max_value": spec.high, "step": spec.step, "format": "%g"}
