"""The data sets that visitors brought: where they lie, and which of them are still kept.

A set is kept as long as the lab's experiment or one of its runs is about it, and within a bound on all of them.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mnist_demo.experiment import DataReference, Experiment
from mnist_demo.runs.ledger import is_lab_id
from mnist_demo.runs.retention import BIN_SECONDS, StoreLimits, survey
from mnist_demo.runs.run import Run

_log = logging.getLogger(__name__)


def data_path(home: Path, lab: str, reference: DataReference) -> Path:
    """Where an uploaded set of a lab lies; nothing of it comes from outside but its checked digest."""
    return home / "data" / lab / f"{reference.digest}.npz"


def experiment_path(home: Path, lab: str) -> Path:
    """Where the experiment on a lab's bench lies."""
    return home / "labs" / f"{lab}.json"


def bench_run_path(home: Path, lab: str) -> Path:
    """Where it lies which run a lab put on its bench."""
    return home / "labs" / f"{lab}.run"


@dataclass(frozen=True)
class _Kept:
    path: Path
    lab: str
    size: int
    used: float


def sweep_uploads(home: Path, limits: StoreLimits, is_active: Callable[[Path], bool]) -> None:
    """Drop the uploaded sets that nothing is about any more, and then the longest unused until the rest fits.

    A set that was just brought is left alone for an hour, as the page may not have written its experiment yet; and one
    that a run waits for or trains on, always.

    Args:
        home: where runs, labs and data lie.
        limits: what may be.
        is_active: whether the run in a folder waits or is trained.
    """
    found = _survey(home / "data")
    now = time.time()
    referred = {each.lab: _referred(home, each.lab) for each in found}
    loose = [each for each in found if each.path.stem not in referred[each.lab] and now - each.used > BIN_SECONDS]
    kept = sorted((each for each in found if each not in loose), key=lambda each: each.used)
    size = sum(each.size for each in kept)
    for each in kept:
        if size <= limits.max_data_megabytes * 1_000_000:
            break
        if not any(is_active(folder) for folder in referred[each.lab].get(each.path.stem, ())):
            loose.append(each)
            size -= each.size
    for each in loose:
        try:
            each.path.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("An uploaded data set could not be dropped: %s", error)


def _survey(root: Path) -> list[_Kept]:
    """Every file of every lab's data, what a crash left half written included."""
    found = []
    for lab in (name for name in _names(root) if is_lab_id(name)):
        for name in _names(root / lab):
            path = root / lab / name
            try:
                about = path.lstat()
            except OSError:
                continue
            if not path.is_dir():
                found.append(_Kept(path, lab, about.st_size, about.st_mtime))
    return found


def _referred(home: Path, lab: str) -> dict[str, list[Path]]:
    """The digests that a lab's experiment and runs are about, with the folders of the runs; the bin counts too."""
    referred: dict[str, list[Path]] = {}
    try:
        kept = Experiment.from_json_text(experiment_path(home, lab).read_bytes())
        referred.setdefault(kept.data.digest, [])
    except (OSError, ValueError):
        pass
    for stored in survey(home / "runs", [lab]):
        try:
            digest = Run(stored.folder).experiment.data.digest
        except (OSError, ValueError):
            continue
        referred.setdefault(digest, []).append(stored.folder)
    return referred


def _names(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except OSError:
        return []
