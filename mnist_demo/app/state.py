"""What the pages share: the visitor's lab, experiment, data and run, and the server's workers."""

import dataclasses
import json
import logging
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_demo.app import datasets, store
from mnist_demo.app.markdown import plain
from mnist_demo.app.passes import PassStore, PredictionPass
from mnist_demo.data import DataError, MnistData, Split, load_mnist
from mnist_demo.experiment import DataReference, Experiment
from mnist_demo.inference import Inference
from mnist_demo.presets import PRESETS
from mnist_demo.runs import (
    Ledger,
    Run,
    RunState,
    bench_run_path,
    experiment_path,
    home,
    is_lab_id,
    new_lab_id,
    write_atomically,
)
from mnist_demo.training import Continuation
from mnist_demo.training.jobs import Jobs
from mnist_demo.training.lesson import plan_lesson
from mnist_demo.training.resuming import continue_at

DEFAULT_PRESET = "fast"

CHANGED = ", changed"
"""Ends the name of an experiment that was begun from a preset and is none any more."""

_log = logging.getLogger(__name__)


@st.cache_resource(show_spinner=False)
def jobs() -> Jobs:
    """The server's training queue."""
    return Jobs()


@st.cache_resource(show_spinner=False)
def inference() -> Inference:
    """The server's client of the inference process."""
    return Inference()


def open_lab() -> None:
    """Find the visitor's lab by the address, or make a new one, and take a shared experiment from the link."""
    asked = st.query_params.get("lab", "")
    lab = asked if is_lab_id(asked) else st.session_state.get("lab_id") or new_lab_id()
    if st.session_state.get("lab_id") != lab:
        st.session_state["lab_id"] = lab
        st.session_state.pop("experiment", None)
        st.session_state.pop("run_id", None)
    if asked != lab:
        st.query_params["lab"] = lab
    if shared := st.query_params.get("experiment"):
        del st.query_params["experiment"]
        # The page's history still has that address: whoever goes back to it has worked on the copy meanwhile.
        if st.session_state.get("shared_taken") != (lab, shared):
            st.session_state["shared_taken"] = lab, shared
            _take_shared(shared)
    store.open_once(jobs())
    inference()


def ledger() -> Ledger:
    """The visitor's runs."""
    return Ledger(st.session_state["lab_id"])


def experiment() -> Experiment:
    """The experiment on the bench."""
    if "experiment" not in st.session_state:
        st.session_state["experiment"] = _kept_experiment() or PRESETS[DEFAULT_PRESET]
    current: Experiment = st.session_state["experiment"]
    return current


def set_experiment(changed: Experiment) -> None:
    """Put another experiment on the bench and keep it with the lab."""
    st.session_state["experiment"] = changed
    _keep(_kept_path(), json.dumps(changed.to_json()).encode())


def data() -> MnistData:
    """The data of the experiment on the bench; MNIST takes the place of an uploaded set that is no longer kept."""
    reference = experiment().data
    try:
        return datasets.load(reference)
    except (OSError, DataError):
        st.toast(
            f"The data set {plain(reference.name)} is no longer kept; MNIST takes its place.",
            icon=":material/link_off:",
        )
        use_data(DataReference())
        return load_mnist()


def set_data(uploaded: MnistData) -> None:
    """Let the rest of the lab work on uploaded data; it is kept with the lab for the training process.

    Raises:
        OSError: when it cannot be kept.
    """
    use_data(datasets.keep(uploaded))
    store.sweep_soon(jobs())


def use_data(reference: DataReference) -> None:
    """Let the experiment on the bench work on data that is kept already.

    An experiment that used all images of the data before it, having asked for more, is given as many again as its
    preset asks for.
    """
    current = experiment()
    training, asked = (
        current.training,
        PRESETS.get(current.name.removesuffix(CHANGED), PRESETS[DEFAULT_PRESET]).training,
    )
    try:
        all_images = datasets.sizes(current.data)
    except (OSError, DataError):
        all_images = (training.train_images, training.validation_images)
    if training.train_images == all_images[0]:
        training = dataclasses.replace(training, train_images=max(training.train_images, asked.train_images))
    if training.validation_images == all_images[1]:
        most = max(training.validation_images, asked.validation_images)
        training = dataclasses.replace(training, validation_images=most)
    set_experiment(datasets.fit(dataclasses.replace(current, training=training), reference))


def run() -> Run | None:
    """The run on the bench: the one that was chosen, else the lab's newest."""
    chosen = st.session_state.get("run_id") or _kept_bench_run()
    if chosen and (found := ledger().run(chosen)) and _is_readable(found):
        return found
    return next(filter(_is_readable, ledger().runs()), None)


def _is_readable(of: Run) -> bool:
    """Whether a run says what was asked of it; one that a bad disk has spoilt must not keep pages from the others."""
    try:
        return bool(of.experiment)
    except (OSError, ValueError):
        return False


def _put_on_bench(run_id: str) -> None:
    st.session_state["run_id"] = run_id
    # A page that is loaded again has forgotten it.
    _keep(bench_run_path(home(), st.session_state["lab_id"]), run_id.encode())


def _kept_bench_run() -> str | None:
    try:
        with bench_run_path(home(), st.session_state["lab_id"]).open("rb") as file:
            kept = file.read(100).decode("ascii")
    except (OSError, ValueError):
        return None
    st.session_state["run_id"] = kept
    return kept


def _keep(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)
    except OSError as error:
        _log.warning("What is on the bench of a lab could not be kept: %s", error)


def trained_run(*, while_learning: bool = False) -> Run | None:
    """The run on the bench when it has learned something, else the newest one that has.

    Args:
        while_learning: whether a run that has just begun counts, which answers at random first and then better.
    """
    current = run()
    candidates = [current, *ledger().runs()] if current else []
    return next((each for each in candidates if each and _has_learned(each, while_learning)), None)


def trained_runs(*, while_learning: bool = False) -> list[Run]:
    """The lab's runs that have learned something, newest first; arguments are those of `trained_run`."""
    return [each for each in ledger().runs() if _has_learned(each, while_learning)]


def _has_learned(of: Run, while_learning: bool) -> bool:
    snapshots = len(of.snapshots)
    learning = while_learning and snapshots > 0 and run_state(of).is_active
    return (snapshots > 1 or learning) and _is_readable(of)


def choose_run(run_id: str) -> None:
    """Put a run of this lab on the bench; an id that it does not have changes nothing."""
    if ledger().run(run_id):
        _put_on_bench(run_id)


def start_training(wanted: Experiment) -> Run:
    """Queue an experiment of this lab and put its run on the bench.

    Raises:
        OSError: when the run's folder cannot be written, or the lab is full of pinned runs.
    """
    store.make_room(ledger(), jobs())
    started = ledger().create(wanted)
    jobs().submit(started, datasets.path_of(wanted.data))
    store.sweep_soon(jobs())
    _put_on_bench(started.id)
    return started


def prepare_training(likely: Experiment) -> None:
    """The visitor looks at a button that trains this: let it be made ready, so that the press is answered sooner."""
    jobs().prepare(st.session_state["lab_id"], likely, datasets.path_of(likely.data))


def teach(source: Run, drawings: Split) -> Run:
    """Queue a copy of a run of this lab to learn drawings, mixed with MNIST, and put it on the bench.

    Raises:
        TeachingError: when there are too few drawings, or the run cannot be taught.
        OSError: when the run's folder cannot be written, or the lab is full of pinned runs.
    """
    store.make_room(ledger(), jobs())
    lesson = plan_lesson(source, drawings, load_mnist())
    started = ledger().create(lesson.experiment, lesson.write)
    jobs().submit(started, started.own_data_path)
    store.sweep_soon(jobs())
    _put_on_bench(started.id)
    return started


def train_more(of: Run, continuation: Continuation) -> None:
    """Queue a run of this lab that has ended, to go on from its last state, and put it on the bench.

    Raises:
        DataError: when its data is no longer kept.
        TrainingError: when there is nothing left to do.
        OSError: when the run's folder cannot be written.
    """
    reference = of.experiment.data
    path = of.own_data_path if of.own_data_path.exists() else datasets.path_of(reference)
    if path is not None and not path.exists():
        raise DataError(f"The data set {reference.name} is no longer kept.")
    # In another tab it may have gone on to its end meanwhile.
    continue_at(of, continuation)
    jobs().submit(of, path, continuation)
    _put_on_bench(of.id)


def run_state(of: Run) -> RunState:
    """Where a run stands, a stop that was just asked for included."""
    return jobs().state(of)


@st.cache_resource(show_spinner=False)
def _passes() -> PassStore:
    return PassStore()


def prediction_pass(snapshot: Path, split: str, images: NDArray[np.uint8], run: Run) -> PredictionPass:
    """A snapshot's answers to a whole split, for a page that shows how far they are; kept by the server.

    Raises:
        OSError: when the snapshot is gone.
    """
    # Asked for here: a thread that works a pass out has no page to ask for it.
    client = inference()
    return _passes().get(snapshot, split, images, lambda part: client.predict(run, part, snapshot))


def _kept_path() -> Path:
    return experiment_path(home(), st.session_state["lab_id"])


def _kept_experiment() -> Experiment | None:
    try:
        kept = Experiment.from_json_text(_kept_path().read_bytes())
        return kept if datasets.is_kept(kept.data) else datasets.fit(kept, DataReference())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        _log.warning("The kept experiment of a lab could not be read: %s", error)
        return None


def _take_shared(text: str) -> None:
    try:
        shared = Experiment.from_query(text)
    except ValueError as error:
        st.toast(plain(str(error)), icon=":material/link_off:")
        return
    if not datasets.is_kept(shared.data):
        # Data stay with the lab they were uploaded to; the network and its training can be shared all the same.
        st.toast(
            f"The data set {plain(shared.data.name)} is not in this lab; MNIST takes its place.", icon=":material/link:"
        )
        shared = datasets.fit(shared, DataReference())
    set_experiment(shared)
