"""The visitor's current experiment, data and run, which all pages share."""

import dataclasses
import logging
from collections.abc import Callable

import streamlit as st

from mnist_demo.app.session import datasets, housekeeping
from mnist_demo.app.session.lab import lab
from mnist_demo.app.session.server import jobs, run_state
from mnist_demo.app.words import escape_markdown
from mnist_demo.data import DataError, MnistData, load_mnist
from mnist_demo.example_runs import Example, example_run, example_runs
from mnist_demo.experiment import DataReference, Experiment
from mnist_demo.experiment.difference import begun_from
from mnist_demo.presets import PRESETS
from mnist_demo.runs import Run

DEFAULT_PRESET = "fast"

_CHOSEN_EXAMPLE = "example_id"

_log = logging.getLogger(__name__)


def experiment() -> Experiment:
    """Return the current experiment."""
    if "experiment" not in st.session_state:
        st.session_state["experiment"] = _kept_experiment() or PRESETS[DEFAULT_PRESET]
    current: Experiment = st.session_state["experiment"]
    return current


def set_experiment(changed: Experiment) -> None:
    """Make another experiment the current one and keep it with the lab."""
    st.session_state["experiment"] = changed
    _keep(lambda: lab().keep_experiment(changed))


def data() -> MnistData:
    """Return the data of the current experiment; MNIST replaces an uploaded set that is no longer kept."""
    reference = experiment().data
    try:
        return datasets.load(reference)
    except (OSError, DataError):
        st.toast(
            f"The data set {escape_markdown(reference.name)} is no longer kept; MNIST takes its place.",
            icon=":material/link_off:",
        )
        use_data(DataReference())
        return load_mnist()


def set_data(uploaded: MnistData) -> None:
    """Make uploaded data the current data, and keep it with the lab for the training process.

    Raises:
        OSError: If the data cannot be kept.
    """
    use_data(datasets.keep(uploaded))
    housekeeping.sweep_soon(jobs())


def use_data(reference: DataReference) -> None:
    """Change the current experiment to data that the lab already keeps.

    An experiment that used all images of the previous data, because its preset asks for more, is given as many of the
    new data as its preset asks for.
    """
    current = experiment()
    preset = next(iter(begun_from(current, PRESETS)), DEFAULT_PRESET)
    training, asked = current.training, PRESETS[preset].training
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
    """Return the current run: the chosen run, otherwise the lab's newest run."""
    runs = lab().runs
    chosen = st.session_state.get("run_id") or _kept_run()
    if chosen and (found := runs.get(chosen)) and _is_readable(found):
        return found
    return next(filter(_is_readable, runs), None)


def _is_readable(of: Run) -> bool:
    """Return whether a run's experiment can be read; a run with a damaged file must not hide the others."""
    try:
        return bool(of.experiment)
    except (OSError, ValueError):
        return False


def set_run(run_id: str) -> None:
    """Make a run of this lab the current one and keep that with the lab."""
    st.session_state["run_id"] = run_id
    # The lab keeps the choice, because a page that is loaded again begins a new session.
    _keep(lambda: lab().keep_current_run(run_id))


def _kept_run() -> str | None:
    if kept := lab().current_run:
        st.session_state["run_id"] = kept
    return kept


def _keep(write: Callable[[], None]) -> None:
    try:
        write()
    except OSError as error:
        _log.warning("The current experiment or run of a lab could not be kept: %s", error)


def trained_run(*, while_learning: bool = False, example: Example = Example.CODELAB) -> Run:
    """Return the current run if it has trained weights, otherwise the newest run that has, otherwise an example run.

    Args:
        while_learning: Whether a run that has just begun counts, whose first answers are random.
        example: The example run for a lab without trained weights, unless the visitor chose one.
    """
    current = run()
    candidates = [current, *lab().runs] if current else []
    own = next((each for each in candidates if each and _has_learned(each, while_learning)), None)
    return own or _example(example)


def trained_runs(*, while_learning: bool = False) -> list[Run]:
    """Return the lab's runs that have trained weights, newest first, or the example runs where there is none.

    Args:
        while_learning: See `trained_run`.
    """
    return [each for each in lab().runs if _has_learned(each, while_learning)] or example_runs()


def _example(preferred: Example) -> Run:
    chosen = st.session_state.get(_CHOSEN_EXAMPLE)
    return next((each for each in example_runs() if each.id == chosen), None) or example_run(preferred)


def _has_learned(of: Run, while_learning: bool) -> bool:
    snapshots = len(of.snapshots)
    learning = while_learning and snapshots > 0 and run_state(of).is_active
    return (snapshots > 1 or learning) and _is_readable(of)


def choose_run(run_id: str) -> None:
    """Make a run of this lab the current one, or show an example run; another id changes nothing."""
    if lab().runs.get(run_id):
        set_run(run_id)
    elif any(each.id == run_id for each in example_runs()):
        st.session_state[_CHOSEN_EXAMPLE] = run_id


def _kept_experiment() -> Experiment | None:
    kept = lab().experiment
    try:
        return kept if kept is None or datasets.is_kept(kept.data) else datasets.fit(kept, DataReference())
    except ValueError as error:
        _log.warning("The kept experiment of a lab could not be used: %s", error)
        return None
