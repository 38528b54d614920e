"""The objects that all sessions share: the server's training queue and its inference process."""

from pathlib import Path

import streamlit as st

from mnist_demo.data import Split
from mnist_demo.inference import Inference
from mnist_demo.inference.predictions import PredictionPass, PredictionStore
from mnist_demo.jobs.jobs import Jobs
from mnist_demo.jobs.local import LocalExecutor
from mnist_demo.runs import Run, RunState


@st.cache_resource(show_spinner=False)
def jobs() -> Jobs:
    """Return the server's training queue."""
    return Jobs(executor())


@st.cache_resource(show_spinner=False)
def executor() -> LocalExecutor:
    """Return the server's training processes."""
    return LocalExecutor()


@st.cache_resource(show_spinner=False)
def inference() -> Inference:
    """Return the server's client of the inference process."""
    return Inference()


def run_state(of: Run) -> RunState:
    """Return the state of a run, with a requested stop included."""
    return jobs().state(of)


@st.cache_resource(show_spinner=False)
def _predictions() -> PredictionStore:
    return PredictionStore()


def prediction_pass(
    run: Run, snapshot: Path, part: str, split: Split, *, with_probabilities: bool = False
) -> PredictionPass:
    """Return a snapshot's predictions for a part of its run's data: complete, or as far as any page has come.

    Args:
        run: The run of the snapshot.
        snapshot: A file of the run's `snapshots` folder.
        part: The name of the images, such as `TEST`, which all pages use alike.
        split: The images and their labels.
        with_probabilities: Whether the probabilities are needed besides the classes and their confidences.

    Raises:
        OSError: If the snapshot is gone.
    """
    # The client is taken here, because a thread that steps the pass has no session to take it from.
    client = inference()
    return _predictions().get(
        snapshot,
        part,
        split,
        lambda images: client.predict(run, images, snapshot),
        with_probabilities=with_probabilities,
    )


def keep_final(run: Run, snapshot: Path, prediction: PredictionPass) -> bool:
    """Keep complete predictions, probabilities included, with their run if they are the final network's.

    Returns:
        Whether the predictions are on the disk or need not be.
    """
    if run.is_example or run_state(run).is_active or [snapshot] != run.snapshots[-1:]:
        return True
    return prediction.keep(with_probabilities=True)
