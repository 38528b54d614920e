"""What a run's network answers to the lab's labelled drawings, asked in the background."""

import threading
from pathlib import Path

import numpy as np
import streamlit as st

from mnist_demo.app.session import server
from mnist_demo.drawing.collection import Collection
from mnist_demo.inference import Inference, InferenceError
from mnist_demo.runs import Run


def right(run: Run | None, collection: Collection) -> int | None:
    """Return how many labelled drawings a run's final network classifies correctly; None while that is unknown.

    The first call asks the network, which may have to be loaded, and a later call has the answer.
    """
    if run is None or not len(collection) or not run.snapshots or server.run_state(run).is_active:
        return None
    weights = run.snapshots[-1]
    drawings = collection.images.tobytes() + collection.labels.tobytes()
    try:
        return _asked(weights, weights.stat().st_mtime_ns, drawings, server.inference(), run, collection).right
    except OSError:  # the weights are gone
        return None


class _Answer:
    """The number of drawings classified correctly, which a thread finds out."""

    def __init__(self, client: Inference, run: Run, weights: Path, collection: Collection) -> None:
        self.right: int | None = None
        threading.Thread(target=self._ask, args=(client, run, weights, collection), daemon=True).start()

    def _ask(self, client: Inference, run: Run, weights: Path, collection: Collection) -> None:
        try:
            answers = client.predict(run, collection.images, weights).argmax(axis=1)
        except (InferenceError, OSError):
            return
        self.right = int(np.count_nonzero(answers == collection.labels))


@st.cache_resource(max_entries=32, show_spinner=False)
def _asked(
    weights: Path, changed: int, drawings: bytes, _client: Inference, _run: Run, _collection: Collection
) -> _Answer:
    del changed, drawings  # part of the cache key
    return _Answer(_client, _run, weights, _collection)
