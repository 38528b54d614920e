"""A clock that a jump of the system's clock does not move far, so no run is deleted because of a wrong clock.

The kept clock advances as fast as this process runs, and never beyond the system's clock. Time in which no server swept
the home counts as one day at most. A run's age is measured by the clock that makes the run younger, so a server that
was off for a year, or whose clock says 2038 for an hour, deletes no run that it would otherwise keep.
"""

import logging
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from mnist_demo.files import write_atomically

DAY = 86_400.0
_FILE = ".clock"
_MAX_BYTES = 40

_lock = threading.Lock()
_running: dict[Path, tuple[float, float]] = {}
"""The kept clock of each home that this process swept, and the monotonic clock at the same moment."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Now:
    """The present by two clocks, in seconds since 1970.

    Attributes:
        system: The system's clock.
        kept: The kept clock, which never jumps forward.
    """

    system: float
    kept: float

    def age(self, then: float) -> float:
        """Return the seconds since a time by the clock that makes them fewer; negative for a time in the future."""
        return min(self.system, self.kept) - then

    def distance(self, then: float) -> float:
        """Return the seconds between a time and the nearer clock.

        Waits of minutes use the distance and not the age, because an item whose time lies in the future of both clocks
        would wait for years.
        """
        return min(abs(self.system - then), abs(self.kept - then))


def read_clock(home: Path, newest: float) -> Now:
    """Advance the kept clock of a home, and return the present.

    Args:
        home: The folder that holds all labs.
        newest: The time of the newest change in the home; without a kept clock, the clock starts at most a day later.
    """
    system, monotonic = time.time(), time.monotonic()
    with _lock:
        if home in _running:
            kept, before = _running[home]
            believed = kept + monotonic - before
        else:
            kept = _read(home, newest)
            believed = kept + DAY
        # A system clock that goes back for a while does not move the kept clock back.
        kept = max(kept, min(system, believed))
        _running[home] = kept, monotonic
        if home.is_dir():
            try:
                write_atomically(home / _FILE, str(int(kept)).encode())
            except OSError as error:
                _log.warning("The clock of the home could not be kept: %s", error)
    return Now(system, kept)


def _read(home: Path, newest: float) -> float:
    try:
        with (home / _FILE).open("rb") as file:
            return float(int(file.read(_MAX_BYTES)))
    except (OSError, ValueError):
        return newest
