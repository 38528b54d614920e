"""One visitor's work on disk: everything that a lab keeps, and where."""

import json
import logging
import os
import re
import secrets
import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

from mnist_demo.data import MnistData, is_whole, save_data
from mnist_demo.drawing.collection import MAX_BYTES as MAX_COLLECTION_BYTES
from mnist_demo.drawing.collection import Collection
from mnist_demo.drawing.serialization import MAX_BYTES as MAX_DRAWING_BYTES
from mnist_demo.drawing.serialization import drawing_from_json, drawing_to_json
from mnist_demo.drawing.strokes import Stroke
from mnist_demo.experiment import MAX_JSON_BYTES, DataReference, Experiment
from mnist_demo.files import DamagedFileError, damage_named, read_json, write_atomically
from mnist_demo.runs.evicted import Evicted, EvictionReason
from mnist_demo.runs.lab_runs import LabRuns

HOME_VARIABLE = "MNIST_DEMO_HOME"
"""The environment variable that names the home of all labs; ~/.mnist_demo without it."""

_LAB_ID = re.compile(r"[A-Za-z0-9_-]{22}")
_MAX_EVICTED_BYTES = 2_000
_MAX_RUN_ID_BYTES = 100
_MAX_LESSONS_BYTES = 10_000
_MOST_LESSONS, _MOST_STEPS = 100, 999

# A lock guards a lab's files, because two tabs of one lab run in two threads of the server. 64 locks serve all labs.
_LOCKS = tuple(threading.Lock() for _ in range(64))

_log = logging.getLogger(__name__)


class LabError(ValueError):
    """A lab that cannot exist; the message says why, in one sentence."""


def home() -> Path:
    """Return the folder that holds all labs."""
    return Path(os.environ.get(HOME_VARIABLE) or Path.home() / ".mnist_demo")


def new_lab_id() -> str:
    """Make a lab's id: 128 bits that nobody can guess, safe in an address and in a path."""
    return secrets.token_urlsafe(16)


def is_lab_id(text: str) -> bool:
    """Tell whether a text, as from an address, has the form of a lab's id."""
    return _LAB_ID.fullmatch(text) is not None


class Lab:
    """One visitor's work on disk. This class and the workers of its runs read and write everything that a lab keeps.

    A name that begins with a dot is of the clock, of the sweep or of a killed writer, and belongs to no lab.

        HOME                            MNIST_DEMO_HOME, or ~/.mnist_demo
        ├── .clock                      how far the sweep's clock has come (`clock.py`)
        ├── runs/LAB/                   .runs
        │   ├── RUN/                    a Run, such as 20260101-120000-abcdef: the time in UTC and a random part
        │   │   ├── experiment.json     what is trained
        │   │   ├── events.jsonl        what happened, a line an event, appended by the worker
        │   │   ├── about.json          the name, the note and the pin that people gave it
        │   │   ├── snapshots/          000.npz: the first weights, 001.npz: after epoch 1, …; live.npz: once a second
        │   │   ├── state.npz           from where the training can go on
        │   │   ├── model.keras         the trained model, once the training has ended
        │   │   ├── initial.npz         the first weights of a fine-tuned run
        │   │   ├── data.npz            the images of a fine-tuned run
        │   │   └── predictions/        the predictions of snapshots: 001-validation.npz, …, 010-test.npz
        │   ├── bin/RUN/                deleted runs, for an hour
        │   └── dropped.json            .evicted
        ├── labs/LAB.json               .experiment
        ├── labs/LAB.run                .current_run, its id
        ├── labs/LAB.lessons            .lesson_steps
        ├── data/LAB/DIGEST.npz         .data(reference), named by the digest of what it holds
        └── drawings/LAB/
            ├── current.json            .drawing, the strokes on the canvas
            ├── collection.npz          .collection, labelled drawings
            └── damaged.npz             a collection that could not be read when a new one was begun

    Args:
        home: The folder that holds all labs.
        id: The lab's id.

    Raises:
        LabError: If the id does not have the form of a lab's id.
    """

    def __init__(self, home: Path, id: str) -> None:
        if not is_lab_id(id):
            raise LabError("The lab's id in the address is damaged; accepted are 22 letters, digits, - and _.")
        self.home = home
        self.id = id

    @cached_property
    def runs(self) -> LabRuns:
        """The lab's runs."""
        return LabRuns(self.home / "runs" / self.id)

    @property
    def is_used(self) -> bool:
        """Whether the lab keeps anything."""
        folders = (self.runs.folder, self.home / "data" / self.id, self._drawing_path.parent)
        return self._experiment_path.exists() or any(folder.is_dir() for folder in folders)

    @property
    def experiment(self) -> Experiment | None:
        """The experiment that the visitor works on; None if the file is missing or damaged."""
        try:
            return Experiment.from_json(read_json(self._experiment_path, MAX_JSON_BYTES))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            _log.warning("The kept experiment of a lab could not be read: %s", error)
            return None

    def keep_experiment(self, experiment: Experiment) -> None:
        """Keep the experiment that the visitor works on.

        Raises:
            OSError: If the experiment cannot be written.
        """
        _write(self._experiment_path, json.dumps(experiment.to_json()).encode())

    @property
    def current_run(self) -> str | None:
        """The id of the run that the visitor looks at; the run may be gone."""
        try:
            return _read(self._current_run_path, _MAX_RUN_ID_BYTES).decode("ascii")
        except (OSError, ValueError):
            return None

    def keep_current_run(self, run_id: str) -> None:
        """Keep the id of the run that the visitor looks at.

        Raises:
            OSError: If the id cannot be written.
        """
        _write(self._current_run_path, run_id.encode())

    @property
    def lesson_steps(self) -> dict[str, int]:
        """The step, from 1, that the visitor reached in each lesson begun; empty if the file is missing or damaged."""
        try:
            with damage_named(self._lessons_path.name):
                kept = read_json(self._lessons_path, _MAX_LESSONS_BYTES)
                return {str(name): min(max(int(step), 1), _MOST_STEPS) for name, step in kept.items()}
        except FileNotFoundError:
            return {}
        except (OSError, DamagedFileError) as error:
            _log.warning("The kept lessons of a lab could not be read: %s", error)
            return {}

    def keep_lesson_step(self, lesson: str, step: int) -> None:
        """Keep the step that the visitor reached in a lesson.

        Raises:
            OSError: If the step cannot be written.
        """
        with self._lock:
            # The newest hundred are kept, because a teacher's folder may be another one each term.
            steps = {**{name: kept for name, kept in self.lesson_steps.items() if name != lesson}, lesson: step}
            newest = dict(list(steps.items())[-_MOST_LESSONS:])
            _write(self._lessons_path, json.dumps(newest).encode())

    def data(self, reference: DataReference) -> Path | None:
        """Return the file of an uploaded data set, whether the lab has it or not; None for the bundled MNIST."""
        # A link may bring any name, so only the checked digest becomes part of the path.
        return None if reference.is_mnist else self.home / "data" / self.id / f"{reference.digest}.npz"

    def keep_data(self, uploaded: MnistData) -> DataReference:
        """Keep an uploaded data set; an undamaged file of the same data stays as it is.

        Raises:
            OSError: If the data cannot be written.
        """
        # The name comes from a file's name, and a reference takes 60 characters of it.
        reference = DataReference(uploaded.name[:60].strip(), uploaded.digest)
        path = self.data(reference)
        if path is not None and not is_whole(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            save_data(uploaded, path)
        return reference

    @property
    def drawing(self) -> list[Stroke]:
        """The strokes on the visitor's canvas; an empty list if the file cannot be read."""
        try:
            return drawing_from_json(read_json(self._drawing_path, MAX_DRAWING_BYTES))
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as error:
            _log.warning("The kept drawing of a lab could not be read: %s", error)
            return []

    def keep_drawing(self, strokes: Sequence[Stroke]) -> None:
        """Keep the strokes on the visitor's canvas.

        Raises:
            OSError: If the strokes cannot be written.
        """
        _write(self._drawing_path, drawing_to_json(strokes))

    @property
    def collection(self) -> Collection:
        """The labelled drawings; an empty collection if the file cannot be read."""
        try:
            return self._read_collection()
        except (OSError, DamagedFileError) as error:
            _log.warning("The kept drawings of a lab could not be read: %s", error)
            return Collection()

    def change_collection(self, change: Callable[[Collection], Collection]) -> None:
        """Read the labelled drawings, change them and keep the result; no other tab of the lab can interfere.

        A damaged file is renamed and stays beside the new file.

        Raises:
            OSError: If the drawings cannot be written, or cannot be read now and so must not be overwritten.
            DrawingError: If `change` raises it.
        """
        with self._lock:
            try:
                collection = self._read_collection()
            except DamagedFileError as error:
                _log.warning("The kept drawings of a lab are damaged: %s", error)
                self._collection_path.replace(self._collection_path.with_name("damaged.npz"))
                collection = Collection()
            _write(self._collection_path, change(collection).to_npz())

    def _read_collection(self) -> Collection:
        try:
            return Collection.from_npz(_read(self._collection_path, MAX_COLLECTION_BYTES + 1))
        except FileNotFoundError:
            return Collection()

    @property
    def evicted(self) -> Evicted | None:
        """The runs that the lab lost to a limit since `forget_evicted`; None without such runs or a readable note."""
        try:
            with damage_named(self._evicted_path.name):
                return Evicted.from_json(read_json(self._evicted_path, _MAX_EVICTED_BYTES))
        except (OSError, DamagedFileError):
            return None

    def note_evicted(self, name: str, reason: EvictionReason) -> None:
        """Note that one more run was evicted.

        Raises:
            OSError: If the note cannot be written.
        """
        with self._lock:
            before = self.evicted
            now = Evicted((before.count if before else 0) + 1, name, reason)
            _write(self._evicted_path, json.dumps(now.to_json()).encode())

    def forget_evicted(self) -> None:
        """Remove the note, because the visitor has seen it.

        Raises:
            OSError: If the note cannot be removed.
        """
        self._evicted_path.unlink(missing_ok=True)

    @property
    def _lock(self) -> threading.Lock:
        return _LOCKS[hash((self.home, self.id)) % len(_LOCKS)]

    @property
    def _experiment_path(self) -> Path:
        return self.home / "labs" / f"{self.id}.json"

    @property
    def _current_run_path(self) -> Path:
        return self.home / "labs" / f"{self.id}.run"

    @property
    def _lessons_path(self) -> Path:
        return self.home / "labs" / f"{self.id}.lessons"

    @property
    def _drawing_path(self) -> Path:
        return self.home / "drawings" / self.id / "current.json"

    @property
    def _collection_path(self) -> Path:
        return self.home / "drawings" / self.id / "collection.npz"

    @property
    def _evicted_path(self) -> Path:
        return self.runs.folder / "dropped.json"


def _read(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        return file.read(most)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, content)
