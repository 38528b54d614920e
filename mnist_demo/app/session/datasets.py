"""The data sets of the visitor's lab: MNIST, and the uploaded sets that are still kept."""

import contextlib
import functools
import os
import threading
from pathlib import Path

from mnist_demo.app.session import housekeeping
from mnist_demo.app.session.lab import lab
from mnist_demo.app.session.server import jobs
from mnist_demo.data import MnistData, load_data, load_mnist, load_sizes
from mnist_demo.experiment import DataReference, Experiment


def path_of(reference: DataReference) -> Path | None:
    """Return the path of an uploaded set of this lab, kept or not; None for MNIST, which comes with the package."""
    return lab().data(reference)


def is_kept(reference: DataReference) -> bool:
    """Return whether the lab has the data that a reference names; MNIST is always there."""
    path = path_of(reference)
    return path is None or path.exists()


def load(reference: DataReference) -> MnistData:
    """Return the data that a reference names.

    Raises:
        DataError: If an uploaded data set is no longer kept, or is incomplete.
    """
    path = path_of(reference)
    return load_mnist() if path is None else _in_memory.get(path)


def make_room() -> None:
    """Release the set in memory. Call before a large set is read, because memory does not hold two large sets."""
    _in_memory.let_go()


def keep(uploaded: MnistData) -> DataReference:
    """Keep uploaded data with the lab, for its pages and for the training process.

    Raises:
        OSError: If the data cannot be kept.
    """
    reference = housekeeping.keep_data(lab(), uploaded, jobs())
    if (path := path_of(reference)) is not None:
        _in_memory.put(path, uploaded)
        _use(path)
    return reference


def sizes(reference: DataReference) -> tuple[int, int]:
    """Return the numbers of training and validation images, without loading the images.

    Raises:
        DataError: If an uploaded data set is no longer kept, or is incomplete.
    """
    if (path := path_of(reference)) is not None:
        return _kept_sizes(path)
    mnist = load_mnist()
    return len(mnist.train), len(mnist.validation)


def fit(changed: Experiment, reference: DataReference) -> Experiment:
    """Return an experiment changed to other data, with no more images than the data has."""
    return changed.on_data(reference, *sizes(reference))


def _use(path: Path) -> None:
    """Mark a set as used now, because the sets that were unused for longest are evicted first."""
    with contextlib.suppress(OSError):
        os.utime(path)


# The sizes at a path are cached, because a path contains the digest of its file's content.
_kept_sizes = functools.lru_cache(maxsize=256)(load_sizes)


class _InMemory:
    """The only uploaded set in the server's memory: at MNIST's size it takes 55 MB of the server's 350."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._path: Path | None = None
        self._data: MnistData | None = None

    def get(self, path: Path) -> MnistData:
        """Return the set at a path; the previous set is released first."""
        with self._lock:
            if self._data is None or self._path != path:
                self._data = None
                self._path, self._data = path, load_data(path)
                _use(path)
            return self._data

    def put(self, path: Path, data: MnistData) -> None:
        """Hold the set that was just written to a path."""
        with self._lock:
            self._path, self._data = path, data

    def let_go(self) -> None:
        """Release the set; loading it again takes a tenth of a second."""
        with self._lock:
            self._path = self._data = None


_in_memory = _InMemory()
