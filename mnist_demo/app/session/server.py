"""What all sessions share: the server's training queue and its inference process."""

from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_demo.inference import Inference
from mnist_demo.inference.passes import PassStore, PredictionPass
from mnist_demo.jobs.jobs import Jobs
from mnist_demo.jobs.local import LocalExecutor
from mnist_demo.runs import Run, RunState


@st.cache_resource(show_spinner=False)
def jobs() -> Jobs:
    """The server's training queue."""
    return Jobs(LocalExecutor())


@st.cache_resource(show_spinner=False)
def inference() -> Inference:
    """The server's client of the inference process."""
    return Inference()


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
