"""What a lab is told about runs that it lost to a limit."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class EvictionReason(StrEnum):
    """Which limit evicted a run."""

    COUNT = "count"
    AGE = "age"
    SHARE = "share"
    BYTES = "bytes"


@dataclass(frozen=True)
class Evicted:
    """The runs that a lab lost since its visitor last dismissed the note.

    Attributes:
        count: How many runs were evicted.
        name: The name of the last evicted run.
        reason: The limit that evicted the last run.
    """

    count: int
    name: str
    reason: EvictionReason

    def to_json(self) -> dict[str, Any]:
        """Return all fields as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Any) -> "Evicted":
        """Read what `to_json` returned.

        Raises:
            KeyError, TypeError, ValueError, OverflowError: If the value is anything else.
        """
        return cls(int(value["count"]), str(value["name"])[:60], EvictionReason(value["reason"]))
