"""A run: the folder that a training process writes and everything else reads."""

import errno
import functools
import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from mnist_demo.experiment import MAX_JSON_BYTES, Experiment
from mnist_demo.files import is_shipped, read_json, write_atomically
from mnist_demo.runs.events import Event, EventKind, EventWriter, RunState, read_events
from mnist_demo.runs.history import History, history_of
from mnist_demo.runs.run_id import RunId
from mnist_demo.runs.stop_reasons import StopReason


class Run:
    """One run: a folder that one worker writes and every page reads (`Lab` draws its files).

    Reading never fails after a crash or on a bad disk: a run without readable events is queued, and readers skip a
    damaged line.

    Example:
        >>> import tempfile
        >>> from mnist_demo.presets import PRESETS
        >>> from mnist_demo.runs import Run, create_run
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     created = create_run(folder, PRESETS["fast"])
        ...     run = Run(folder)
        ...     print(run.experiment.name, run.state, run.events(), run.model_path.name)
        fast queued [] model.keras

    Args:
        folder: The run's folder, which need not exist yet.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)

    @property
    def id(self) -> str:
        """The run's name within its lab."""
        return self.folder.name

    @property
    def is_example(self) -> bool:
        """Whether the run ships with the package, and so is read-only."""
        return is_shipped(self.folder)

    @property
    def begun(self) -> datetime:
        """When the run was created, in UTC, to the second.

        Raises:
            ValueError: If the folder's name is not a run's id.
        """
        return RunId.parse(self.id).begun

    @functools.cached_property
    def experiment(self) -> Experiment:
        """The experiment that the run trains.

        Raises:
            OSError: If the folder holds no experiment.
            ValueError: If the file is not an experiment.
        """
        path = self.folder / "experiment.json"
        found = path.stat()
        return _experiment_when(path, found.st_size, found.st_mtime_ns)

    @property
    def events_path(self) -> Path:
        """The file of the events."""
        return self.folder / "events.jsonl"

    @property
    def checkpoint_path(self) -> Path:
        """The file from which the training resumes: weights, optimizer state, random generators, the place reached."""
        return self.folder / "state.npz"

    @property
    def initial_path(self) -> Path:
        """The file of the first weights if they are another run's; without the file, they were drawn at random."""
        return self.folder / "initial.npz"

    @property
    def own_data_path(self) -> Path:
        """The file of the images if they belong to this run alone; without the file, the experiment names the data."""
        return self.folder / "data.npz"

    @property
    def model_path(self) -> Path:
        """The trained model in Keras' own format, which exists after the training has ended."""
        return self.folder / "model.keras"

    @property
    def snapshots(self) -> list[Path]:
        """The first weights, then the weights after each epoch; a stop within an epoch adds one snapshot."""
        return sorted((self.folder / "snapshots").glob("[0-9][0-9][0-9].npz"))

    @property
    def newest_snapshot(self) -> Path:
        """The last snapshot.

        Raises:
            FileNotFoundError: If there is no snapshot, because the run has not begun or is gone.
        """
        if not (snapshots := self.snapshots):
            raise FileNotFoundError(errno.ENOENT, "There are no weights", str(self.folder / "snapshots"))
        return snapshots[-1]

    @property
    def live_path(self) -> Path:
        """The file of the weights about once a second, so that pages need not wait for an epoch's end."""
        return self.folder / "snapshots" / "live.npz"

    @property
    def newest_weights(self) -> Path | None:
        """The file of the newest weights: the last snapshot, or the live weights if newer; None without weights."""
        snapshots = self.snapshots
        if not snapshots:
            return None
        try:
            is_newer = self.live_path.stat().st_mtime_ns > snapshots[-1].stat().st_mtime_ns
        except FileNotFoundError:
            return snapshots[-1]
        return self.live_path if is_newer else snapshots[-1]

    def events(self) -> list[Event]:
        """Return all events so far, in order."""
        return list(_events(self.events_path))

    @property
    def state(self) -> RunState:
        """The state of the run, as its last state event says; `Jobs.state` corrects it by what the queue knows."""
        return self._standing_state()[0]

    @property
    def reason(self) -> StopReason | None:
        """Why the run is in its state; None without a reason."""
        return self._standing_state()[1]

    def history(self) -> History:
        """Return the figures so far, from one reading of the events."""
        return history_of(self.events())

    def mark(self, state: RunState, reason: StopReason | None = None) -> None:
        """Append a change of state."""
        with EventWriter(self.events_path) as writer:
            write_state(writer, state, reason)

    def _standing_state(self) -> tuple[RunState, StopReason | None]:
        return self._last_state(lambda _: True) or (RunState.QUEUED, None)

    @property
    def last_ending(self) -> tuple[RunState, StopReason | None] | None:
        """The state in which the run last ended, and why; None if the run never ended. The run may be active again."""
        return self._last_state(lambda state: not state.is_active)

    def _last_state(self, is_meant: Callable[[RunState], bool]) -> tuple[RunState, StopReason | None] | None:
        for event in reversed(self.events()):
            if event["kind"] == EventKind.STATE and is_meant(RunState(event["state"])):
                return RunState(event["state"]), StopReason.from_json(event["reason"]) if "reason" in event else None
        return None


def _events(path: Path) -> tuple[Event, ...]:
    """Return the events of a file, read again only after a change, because one rerun asks for them several times."""
    try:
        found = path.stat()
        return _events_when(path, found.st_size, found.st_mtime_ns)
    except OSError:
        # A file that is missing or cannot be read has no events.
        return ()


# 40 files suit the thirty visitors that the benchmarks simulate; the events of a long run take a megabyte.
@functools.lru_cache(maxsize=40)
def _events_when(path: Path, size: int, changed: int) -> tuple[Event, ...]:
    del size, changed  # part of the key
    return tuple(read_events(path))


# An experiment is read and checked once for all pages and fragments.
@functools.lru_cache(maxsize=1024)
def _experiment_when(path: Path, size: int, changed: int) -> Experiment:
    del size, changed  # part of the key
    return Experiment.from_json(read_json(path, MAX_JSON_BYTES))


def create_run(folder: str | os.PathLike[str], experiment: Experiment) -> Run:
    """Make a run's folder with its experiment; an existing folder keeps its files.

    Raises:
        OSError: If the folder cannot be written.
    """
    run = Run(folder)
    (run.folder / "snapshots").mkdir(parents=True, exist_ok=True)
    write_atomically(run.folder / "experiment.json", json.dumps(experiment.to_json(), indent=2).encode())
    return run


def write_state(writer: EventWriter, state: RunState, reason: StopReason | None = None) -> None:
    """Append a change of state to an open events file."""
    writer.write(EventKind.STATE, state=str(state), **({"reason": reason.to_json()} if reason else {}))
