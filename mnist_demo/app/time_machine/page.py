"""The page on which a visitor moves through the epochs of a training."""

from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from mnist_demo.app import navigation
from mnist_demo.app.session import datasets, server
from mnist_demo.app.time_machine import component
from mnist_demo.app.time_machine.component import frame_label, payload
from mnist_demo.app.widgets import example_notice
from mnist_demo.app.widgets.layout import header
from mnist_demo.app.widgets.live import live, watching
from mnist_demo.app.widgets.run_choice import choose_run, no_longer_kept
from mnist_demo.app.words import duration, plural
from mnist_demo.data import MnistData, Split
from mnist_demo.insight.epoch_frames import EpochFrames
from mnist_demo.insight.time_machine import Frame
from mnist_demo.runs import Run
from mnist_demo.runs.predictions import validation_part

_WORK = 0.4
"""Seconds of a first pass between two refreshes of the page."""

_BETWEEN_FRAMES = 0.5
"""Seconds between two refreshes while frames are missing."""


def page() -> None:
    """Draw the slider over the epochs, and the views that it moves."""
    header(
        navigation.TIME_MACHINE,
        "Drag through the epochs and watch the network become what it is, from its first guesses to its last answers.",
    )
    run = choose_run()
    example_notice.show(run)
    try:
        data = datasets.load(run.experiment.data)
        machine = _machine(run, data)
    except (OSError, ValueError):
        no_longer_kept(run)
    else:
        pace = watching(run)
        live(lambda: _watch(run, data, machine), lambda: _BETWEEN_FRAMES if machine.frames.missing else pace())
    navigation.next_step(navigation.DRAW, "Draw a digit")


@dataclass(eq=False)
class _Machine:
    """A run's frames, and the frames that were last sent to the visitors' browsers."""

    frames: EpochFrames
    sent: list[Frame] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)


def _machine(run: Run, data: MnistData) -> _Machine:
    # The images are the run's own validation images, so that the figures agree with those of the page Train.
    images = min(run.experiment.training.validation_images, len(data.validation.labels))
    return _kept_machine(run.folder.as_posix(), data.digest, images, run, data.validation)


@st.cache_resource(max_entries=8, show_spinner=False)
def _kept_machine(folder: str, digest: str, images: int, _run: Run, _validation: Split) -> _Machine:
    split = Split(_validation.images[:images], _validation.labels[:images])
    part = validation_part(images, len(_validation.labels))
    return _Machine(EpochFrames(_run, split, lambda snapshot: server.prediction_pass(_run, snapshot, part, split)))


def _watch(run: Run, data: MnistData, machine: _Machine) -> None:
    frames = machine.frames
    _status(run, frames)
    if shown := _data(run, data.class_names, machine):
        with st.container(key="time_machine"):
            component.show(shown, key=f"time_machine_{run.id}")
    # The pass advances after everything is drawn, so that no element fades while the network answers.
    if frames.missing:
        frames.advance(_WORK)


def _status(run: Run, frames: EpochFrames) -> None:
    """Draw the progress of the first pass, then, in the same place, a sentence on the images."""
    missing, failures = frames.missing, frames.failures
    done = len(frames.frames)
    images = f"{len(frames.split.labels):,} validation images"
    if missing:
        left = frames.seconds_left
        text = f"Reading the {images} once for each epoch: {done} of {plural(done + missing, 'network')} done"
        st.progress(done / (done + missing), text=text + (f", {duration(left)} left" if left is not None else ""))
    else:
        more = "; new epochs are added as they end" if server.run_state(run).is_active else ""
        st.caption(
            f"All figures are of the {images} of this run{more}. The test images wait for the final evaluation.",
            help="Whoever chooses an epoch by the test images makes them part of the training, and nothing is left to "
            "say how good the network is on images that nobody has looked at.",
        )
    if failures:
        epochs = ", ".join(map(str, failures))
        st.warning(
            f"The network after epoch {epochs} cannot be shown. {next(iter(failures.values()))}",
            icon=":material/error:",
        )
        st.button("Try again", icon=":material/refresh:", key="time_machine_again", on_click=frames.forget_failures)


def _data(run: Run, names: tuple[str, ...], machine: _Machine) -> dict[str, Any]:
    """Return the component's current data; empty before the first frame."""
    ready = machine.frames.frames
    # While frames are missing, the data is sent again only when a quarter more frames are ready.
    if ready != machine.sent and (not machine.frames.missing or len(ready) > 1.25 * len(machine.sent)):
        history = run.history()
        planned = history.plan.epochs if history.plan else run.experiment.training.epochs
        whole = len(history.epochs["epoch"])
        is_fine_tuned = run.initial_path.exists()
        labels = [frame_label(frame.epoch, whole, planned, is_fine_tuned=is_fine_tuned) for frame in ready]
        machine.data = payload(ready, labels, machine.frames.split, names, machine.frames.kernels) if ready else {}
        machine.sent = ready
    return machine.data


page()
