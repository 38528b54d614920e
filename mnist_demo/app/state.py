"""What the pages share: the visitor's lab, experiment, data and run, and the server's workers."""

import gc
import json
import logging
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_demo.app.passes import PassStore, PredictionPass
from mnist_demo.data import DataError, MnistData, load_data, load_mnist, save_data
from mnist_demo.experiment import DataReference, Experiment
from mnist_demo.inference import Inference
from mnist_demo.presets import PRESETS
from mnist_demo.runs import Ledger, Run, RunState, home, is_lab_id, new_lab_id, write_atomically
from mnist_demo.training.jobs import Jobs

DEFAULT_PRESET = "fast"

_log = logging.getLogger(__name__)


@st.cache_resource(show_spinner=False)
def _freeze_imports() -> None:
    # Collections walk every imported object: a rerun costs 110 ms without this and 8 ms with it.
    gc.collect()
    gc.freeze()


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
        _take_shared(shared)
    jobs()
    inference()
    _freeze_imports()


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
    path = _kept_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, json.dumps(changed.to_json()).encode())
    except OSError as error:
        _log.warning("The experiment of a lab could not be kept: %s", error)


def data() -> MnistData:
    """The data of the experiment on the bench; MNIST takes the place of an uploaded set that is no longer kept."""
    reference = experiment().data
    try:
        return data_of(reference)
    except (OSError, DataError):
        st.toast(f"The data set {reference.name} is no longer kept; MNIST takes its place.", icon=":material/link_off:")
        use_data(DataReference())
        return load_mnist()


def data_of(reference: DataReference) -> MnistData:
    """The data that a reference names.

    Raises:
        OSError: when an uploaded data set is no longer kept.
    """
    return load_mnist() if reference.is_mnist else _load_uploaded(reference.digest, _data_path(reference))


def set_data(uploaded: MnistData) -> None:
    """Let the rest of the lab work on uploaded data; it is kept with the lab for the training process.

    Raises:
        OSError: when it cannot be kept.
    """
    # The name comes from a file's, and a reference has room for less of it.
    reference = DataReference(uploaded.name[:60].strip(), uploaded.digest)
    path = _data_path(reference)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        save_data(uploaded, path)
    use_data(reference)


def use_data(reference: DataReference) -> None:
    """Let the experiment on the bench work on data that is kept already, as many of its images as there are."""
    set_experiment(fit_to_data(experiment(), reference))


def fit_to_data(changed: Experiment, reference: DataReference) -> Experiment:
    """An experiment on other data, asking for no more images than it has."""
    images = data_of(reference)
    return changed.on_data(reference, len(images.train.labels), len(images.validation.labels))


def run() -> Run | None:
    """The run on the bench: the one that was chosen, else the lab's newest."""
    chosen = st.session_state.get("run_id")
    if chosen and (found := ledger().run(chosen)):
        return found
    runs = ledger().runs()
    return runs[0] if runs else None


def trained_run() -> Run | None:
    """The run on the bench when it has learned something, else the newest one that has."""
    current = run()
    candidates = [current, *ledger().runs()] if current else []
    return next((each for each in candidates if each and len(each.snapshots) > 1), None)


def trained_runs() -> list[Run]:
    """The lab's runs that have learned something, newest first."""
    return [each for each in ledger().runs() if len(each.snapshots) > 1]


def choose_run(run_id: str) -> None:
    """Put a run of this lab on the bench; an id that it does not have changes nothing."""
    if ledger().run(run_id):
        st.session_state["run_id"] = run_id


def start_training(wanted: Experiment) -> Run:
    """Queue an experiment of this lab and put its run on the bench.

    Raises:
        OSError: when the run's folder cannot be written.
    """
    started = ledger().create(wanted)
    jobs().submit(started, None if wanted.data.is_mnist else _data_path(wanted.data))
    st.session_state["run_id"] = started.id
    return started


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
    return _passes().get(snapshot, split, images, lambda part: inference().predict(run, part, snapshot))


def _data_path(reference: DataReference) -> Path:
    lab: str = st.session_state["lab_id"]
    return home() / "data" / lab / f"{reference.digest}.npz"


# A set of MNIST's size takes 55 MB, and the server has 350 in all.
@st.cache_resource(max_entries=1, show_spinner=False)
def _load_uploaded(digest: str, path: Path) -> MnistData:
    return load_data(path)


def _kept_path() -> Path:
    lab: str = st.session_state["lab_id"]
    return home() / "labs" / f"{lab}.json"


def _kept_experiment() -> Experiment | None:
    try:
        kept = Experiment.from_json_text(_kept_path().read_bytes())
        return kept if kept.data.is_mnist or _data_path(kept.data).exists() else fit_to_data(kept, DataReference())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        _log.warning("The kept experiment of a lab could not be read: %s", error)
        return None


def _take_shared(text: str) -> None:
    try:
        shared = Experiment.from_query(text)
    except ValueError as error:
        st.toast(str(error), icon=":material/link_off:")
        return
    if not shared.data.is_mnist and not _data_path(shared.data).exists():
        # Data stay with the lab they were uploaded to; the network and its training can be shared all the same.
        st.toast(f"The data set {shared.data.name} is not in this lab; MNIST takes its place.", icon=":material/link:")
        shared = fit_to_data(shared, DataReference())
    set_experiment(shared)
