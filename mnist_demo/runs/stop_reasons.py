"""Why a run stopped: a code with values. The sentence is made where it is shown (`app/words/stop_reasons.py`)."""

import errno
import re
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, Self

from mnist_demo.fields import shown

EXIT_DISK_FULL, EXIT_NOT_WRITTEN = 74, 73
"""Exit codes of a training process that cannot write its run, after EX_IOERR and EX_CANTCREAT of sysexits.h."""

MAX_TEXT = 300
"""Most characters of a text from outside."""

_MOST = 10**12
"""Counts of epochs and batches, signals and exit codes lie below this."""


class StopCode(StrEnum):
    """The kinds of reasons; `_VALUES` names the values of each kind."""

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
"""Sentences of the former version that tell of a divergence; the other sentences change nothing that the lab offers."""


@dataclass(frozen=True, kw_only=True)
class StopReason:
    """Why a run stopped.

    Attributes:
        code: The kind of reason, which decides which of the values are given.
        epoch: The finished epoch after which the run stopped.
        batch: The batch, counted over the whole run.
        accuracy: The validation accuracy reached, 0–1.
        target: The target accuracy, 0–1.
        waited: Epochs since the lowest validation loss.
        signal: The number of the signal that killed the training process.
        exit_code: The exit code of the training process.
        text: An error's message, what a script gave as its reason, or a sentence that the former version kept.

    Raises:
        ValueError: On construction, if a value is missing, not of this code, or not accepted.
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
                raise ValueError(f"{name} of {self.code} cannot be {shown(value)}")

    @property
    def has_diverged(self) -> bool:
        """Whether the loss or some weights are not finite."""
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
            ValueError: If the value is neither.
        """
        if isinstance(value, str):
            return cls._of_sentence(value)
        names = {field.name for field in fields(cls)}
        if not isinstance(value, dict) or not value.keys() <= names or value.get("code") not in tuple(StopCode):
            raise ValueError("a stop reason is a code with its values")
        return cls(**{**value, "code": StopCode(value["code"])})

    @classmethod
    def _of_sentence(cls, sentence: str) -> Self:
        for pattern, code, name in _FORMER_DIVERGENCES:
            if found := pattern.match(sentence):
                number: Any = int(found[1].replace(",", "") or 0)
                return cls(code=code, **{name: number})
        return cls.told(sentence)


def is_disk_full(error: BaseException) -> bool:
    """Return whether a full disk or quota caused an error."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def _is_accepted(name: str, value: object) -> bool:
    match name:
        case "text":
            return isinstance(value, str) and 0 < len(value) <= MAX_TEXT
        case "accuracy" | "target":
            return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
        case _:
            return type(value) is int and 0 <= value < _MOST
