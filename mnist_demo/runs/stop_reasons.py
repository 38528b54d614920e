"""Why a run stopped: a code with values. The sentence is made where it is shown (`app/stop_reason_words.py`)."""

import errno
import re
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, Self

EXIT_DISK_FULL, EXIT_NOT_WRITTEN = 74, 73
"""Exit codes of a training process that cannot write its run, after EX_IOERR and EX_CANTCREAT of sysexits.h."""

MAX_TEXT = 300
"""Most characters of a text from outside."""

_MOST = 10**12
"""Counts of epochs and batches, and exit codes, lie below this."""


class StopCode(StrEnum):
    """The kinds of reasons; `_VALUES` names the values of each."""

    TARGET_REACHED = "target_reached"
    NO_IMPROVEMENT = "no_improvement"
    DIVERGED = "diverged"
    DIVERGED_IN_VALIDATION = "diverged_in_validation"
    WEIGHTS_DIVERGED = "weights_diverged"
    PREEMPTED = "preempted"
    TIME_SLICE = "time_slice"
    PAUSED_TOO_LONG = "paused_too_long"
    NEVER_BEGAN = "never_began"
    SERVER_GONE = "server_gone"
    DISK_FULL = "disk_full"
    NOT_WRITTEN = "not_written"
    DID_NOT_STOP = "did_not_stop"
    KILLED = "killed"
    DIED = "died"
    FAILED_TO_START = "failed_to_start"
    ERROR = "error"
    TOLD = "told"


_VALUES: dict[StopCode, frozenset[str]] = {
    StopCode.TARGET_REACHED: frozenset({"epoch", "accuracy", "target"}),
    StopCode.NO_IMPROVEMENT: frozenset({"epoch", "waited"}),
    StopCode.DIVERGED: frozenset({"batch"}),
    StopCode.DIVERGED_IN_VALIDATION: frozenset({"epoch"}),
    StopCode.WEIGHTS_DIVERGED: frozenset({"batch"}),
    StopCode.KILLED: frozenset({"signal"}),
    StopCode.DIED: frozenset({"exit_code"}),
    StopCode.FAILED_TO_START: frozenset({"text"}),
    StopCode.ERROR: frozenset({"text"}),
    StopCode.TOLD: frozenset({"text"}),
}
"""The values of each code; a code that is not listed has none."""

_FORMER_DIVERGENCES = (
    (re.compile(r"The loss stopped being a number at batch ([\d,]{1,15}): "), StopCode.DIVERGED, "batch"),
    (
        re.compile(r"The loss stopped being a number at the end of epoch ([\d,]{1,15}): "),
        StopCode.DIVERGED_IN_VALIDATION,
        "epoch",
    ),
    (re.compile(r"Weights stopped being numbers by batch ([\d,]{1,15}): "), StopCode.WEIGHTS_DIVERGED, "batch"),
)
"""The former version kept sentences; only a divergence changes what the lab offers."""


@dataclass(frozen=True, kw_only=True)
class StopReason:
    """Why a run stopped.

    Attributes:
        code: the kind of reason; it decides which of the values are there.
        epoch: the finished epoch after which the run stopped.
        batch: the batch, counted over the whole run.
        accuracy: the validation accuracy reached, 0–1.
        target: the validation accuracy asked for, 0–1.
        waited: epochs since the lowest validation loss.
        signal: the number of the signal that killed the training process.
        exit_code: of the training process.
        text: an error's message, what a script gave as its reason, or a sentence that the former version kept.

    Raises:
        ValueError: on construction, when a value is missing, not of this code, or not accepted.
    """

    code: StopCode
    epoch: int | None = None
    batch: int | None = None
    accuracy: float | None = None
    target: float | None = None
    waited: int | None = None
    signal: int | None = None
    exit_code: int | None = None
    text: str | None = None

    def __post_init__(self) -> None:
        given = {name: value for name, value in asdict(self).items() if name != "code" and value is not None}
        wanted = _VALUES.get(self.code, frozenset())
        if given.keys() != wanted:
            raise ValueError(f"{self.code} has the values {sorted(wanted)}, not {sorted(given)}")
        for name, value in given.items():
            if not _is_accepted(name, value):
                raise ValueError(f"{name} of {self.code} cannot be {value!r}"[:MAX_TEXT])

    @property
    def has_diverged(self) -> bool:
        """Whether the loss or the weights stopped being numbers."""
        return self.code in (StopCode.DIVERGED, StopCode.DIVERGED_IN_VALIDATION, StopCode.WEIGHTS_DIVERGED)

    @classmethod
    def told(cls, text: str) -> Self:
        """Return the reason that somebody gives in words."""
        return cls(code=StopCode.TOLD, text=text.strip()[:MAX_TEXT] or "No reason was given.")

    @classmethod
    def of_error(cls, error: BaseException, code: StopCode = StopCode.ERROR) -> Self:
        """Return the reason of a training that an error ended, or kept from its start."""
        if is_disk_full(error):
            return cls(code=StopCode.DISK_FULL)
        line = (str(error).strip().splitlines() or [""])[0]
        # The lab's own errors are sentences already.
        is_own = type(error).__module__.startswith("mnist_demo.")
        return cls(code=code, text=(line if is_own and line else f"{type(error).__name__}: {line}")[:MAX_TEXT])

    @classmethod
    def of_exit_code(cls, exit_code: int) -> Self:
        """Return the reason of a training process that ended without writing one."""
        if exit_code < 0:
            return cls(code=StopCode.KILLED, signal=-exit_code)
        known = {EXIT_DISK_FULL: StopCode.DISK_FULL, EXIT_NOT_WRITTEN: StopCode.NOT_WRITTEN}
        return cls(code=known[exit_code]) if exit_code in known else cls(code=StopCode.DIED, exit_code=exit_code)

    def to_json(self) -> dict[str, Any]:
        """Return the code and its values."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Read what `to_json` returned, or a sentence of the former version.

        Raises:
            ValueError: when it is neither.
        """
        if isinstance(value, str):
            return cls._of_sentence(value)
        if not isinstance(value, dict) or not value.keys() <= {field.name for field in fields(cls)}:
            raise ValueError("a stop reason is a code with its values")
        return cls(**{**value, "code": StopCode(str(value.get("code")))})

    @classmethod
    def _of_sentence(cls, sentence: str) -> Self:
        for pattern, code, name in _FORMER_DIVERGENCES:
            if found := pattern.match(sentence):
                number: Any = int(found[1].replace(",", "") or 0)
                return cls(code=code, **{name: number})
        return cls.told(sentence)


def is_disk_full(error: BaseException) -> bool:
    """Return whether a file could not be written for want of room."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def _is_accepted(name: str, value: object) -> bool:
    match name:
        case "text":
            return isinstance(value, str) and 0 < len(value) <= MAX_TEXT
        case "accuracy" | "target":
            return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
        case _:
            return type(value) is int and 0 <= value < _MOST
