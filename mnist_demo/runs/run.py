"""A run: the folder that a training process writes and everything else reads."""

import errno
import functools
import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from mnist_demo.experiment import MAX_JSON_BYTES, Experiment
from mnist_demo.files import read_json, write_atomically
from mnist_demo.runs.events import Event, EventKind, EventWriter, RunState, read_events
from mnist_demo.runs.history import History, history_of
from mnist_demo.runs.run_id import RunId
from mnist_demo.runs.stop_reasons import StopReason


class Run:
    """One run: a folder that one worker writes and everybody reads (`Lab` draws its files).

    Reading never fails for what a crash or a bad disk may leave behind: a run whose events are missing or cannot be
    read has not begun, and a damaged line among them is passed over.

    Example:
        >>> import tempfile
        >>> from mnist_demo.presets import PRESETS
        >>> from mnist_demo.runs import Lab, new_lab_id
        >>> home = tempfile.TemporaryDirectory()
        >>> run = Lab(Path(home.name), new_lab_id()).runs.create(PRESETS["fast"])
        >>> same = Run(run.folder)
        >>> same.experiment == PRESETS["fast"], str(same.state), len(same.events()), same.model_path.name
        (True, 'queued', 0, 'model.keras')
        >>> home.cleanup()

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
    def begun(self) -> datetime:
        """When the run was created, in UTC, to the second.

        Raises:
            ValueError: If the folder's name is not a run's id.
        """
        return RunId.parse(self.id).begun

    @functools.cached_property
    def experiment(self) -> Experiment:
        """What was asked.

        Raises:
            OSError: when the folder holds no experiment.
            ValueError: when the file is not an experiment.
        """
        path = self.folder / "experiment.json"
        found = path.stat()
        return _experiment_when(path, found.st_size, found.st_mtime_ns)

    @property
    def events_path(self) -> Path:
        """Where the events are."""
        return self.folder / "events.jsonl"

    @property
    def checkpoint_path(self) -> Path:
        """The checkpoint from which training resumes: weights, optimizer, random generators and position."""
        return self.folder / "state.npz"

    @property
    def initial_path(self) -> Path:
        """The weights that the training began from, where they are another run's; else they were drawn at random."""
        return self.folder / "initial.npz"

    @property
    def own_data_path(self) -> Path:
        """The images that the run was trained on, where they are its own; else its experiment says which they are."""
        return self.folder / "data.npz"

    @property
    def model_path(self) -> Path:
        """The trained model in Keras' own format; it exists once training has ended."""
        return self.folder / "model.keras"

    @property
    def snapshots(self) -> list[Path]:
        """The weights that it began with, then those after each epoch; a stop within an epoch adds one more."""
        return sorted((self.folder / "snapshots").glob("[0-9][0-9][0-9].npz"))

    @property
    def newest_snapshot(self) -> Path:
        """The last of the snapshots.

        Raises:
            FileNotFoundError: when there is none, as the run has not begun or is gone.
        """
        if not (snapshots := self.snapshots):
            raise FileNotFoundError(errno.ENOENT, "There are no weights", str(self.folder / "snapshots"))
        return snapshots[-1]

    @property
    def live_path(self) -> Path:
        """Where a training keeps its weights about once a second, so that one need not wait for an epoch's end."""
        return self.folder / "snapshots" / "live.npz"

    @property
    def newest_weights(self) -> Path | None:
        """The weights as they are now: those within an epoch where they are newer than the last snapshot; or None."""
        snapshots = self.snapshots
        if not snapshots:
            return None
        try:
            is_newer = self.live_path.stat().st_mtime_ns > snapshots[-1].stat().st_mtime_ns
        except FileNotFoundError:
            return snapshots[-1]
        return self.live_path if is_newer else snapshots[-1]

    def events(self) -> list[Event]:
        """Everything that happened so far, in order."""
        return list(_events(self.events_path))

    @property
    def state(self) -> RunState:
        """Where the run stands."""
        return self._standing_state()[0]

    @property
    def reason(self) -> StopReason | None:
        """Why the run is in its state, when there is a reason to give."""
        return self._standing_state()[1]

    def history(self) -> History:
        """The figures so far, from one reading of the events."""
        return history_of(self.events())

    def mark(self, state: RunState, reason: StopReason | None = None) -> None:
        """Append a change of state."""
        with EventWriter(self.events_path) as writer:
            write_state(writer, state, reason)

    def _standing_state(self) -> tuple[RunState, StopReason | None]:
        return self._last_state(lambda _: True) or (RunState.QUEUED, None)

    @property
    def last_ending(self) -> tuple[RunState, StopReason | None] | None:
        """The state in which the run last ended, and why; None when it never ended. The run may be active again."""
        return self._last_state(lambda state: not state.is_active)

    def _last_state(self, is_meant: Callable[[RunState], bool]) -> tuple[RunState, StopReason | None] | None:
        for event in reversed(self.events()):
            if event["kind"] == EventKind.STATE and is_meant(RunState(event["state"])):
                return RunState(event["state"]), StopReason.from_json(event["reason"]) if "reason" in event else None
        return None


def _events(path: Path) -> tuple[Event, ...]:
    """The events of a file, read again only when it changed: a page asks for them several times while it is drawn."""
    try:
        found = path.stat()
        return _events_when(path, found.st_size, found.st_mtime_ns)
    except OSError:
        # Not there, or not to be read.
        return ()


# A long run has a megabyte of them; as many visitors as the lab is measured with look at one each.
@functools.lru_cache(maxsize=40)
def _events_when(path: Path, size: int, changed: int) -> tuple[Event, ...]:
    del size, changed  # part of the key
    return tuple(read_events(path))


# Read and checked once for all pages and fragments that ask for it.
@functools.lru_cache(maxsize=1024)
def _experiment_when(path: Path, size: int, changed: int) -> Experiment:
    del size, changed  # part of the key
    return Experiment.from_json(read_json(path, MAX_JSON_BYTES))


def create_run(folder: str | os.PathLike[str], experiment: Experiment) -> Run:
    """Make a run's folder with its experiment; an existing folder keeps what it has.

    Raises:
        OSError: when the folder cannot be written.
    """
    run = Run(folder)
    (run.folder / "snapshots").mkdir(parents=True, exist_ok=True)
    write_atomically(run.folder / "experiment.json", json.dumps(experiment.to_json(), indent=2).encode())
    return run


def write_state(writer: EventWriter, state: RunState, reason: StopReason | None = None) -> None:
    """Append a change of state to an open events file."""
    writer.write(EventKind.STATE, state=str(state), **({"reason": reason.to_json()} if reason else {}))
