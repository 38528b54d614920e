"""A run's id: the second in which the run was begun, in UTC, and a random part, as in '20260101-120000-abcdef'."""

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

TIME_FORMAT = "%Y%m%d-%H%M%S"

_FORM = re.compile(r"(\d{8}-\d{6})-([0-9a-f]{6})")


@dataclass(frozen=True, order=True)
class RunId:
    """A run's id in its parts; ids sort by the time.

    Attributes:
        begun: The second in which the run was created, in UTC.
        random: Six hexadecimal digits that tell runs of one second apart.
    """

    begun: datetime
    random: str

    @classmethod
    def parse(cls, text: str) -> "RunId":
        """Read an id.

        Raises:
            ValueError: If the text has another form, or names a time that does not exist.
        """
        if not (match := _FORM.fullmatch(text)):
            raise ValueError(f"{text!r:.40} is not a run's id; an id looks like '20260101-120000-abcdef'.")
        return cls(datetime.strptime(match[1], TIME_FORMAT).replace(tzinfo=UTC), match[2])

    @classmethod
    def after(cls, newest: "RunId | None", now: datetime) -> "RunId":
        """Make a new id that sorts after the newest one, even if the clock went back."""
        second = now.replace(microsecond=0)
        if newest is not None and second <= newest.begun:
            second = newest.begun + timedelta(seconds=1)
        return cls(second, secrets.token_hex(3))

    def __str__(self) -> str:
        return f"{self.begun:{TIME_FORMAT}}-{self.random}"


def is_run_id(text: str) -> bool:
    """Tell whether a name has the form of a run's id, and so may become part of a path."""
    return _FORM.fullmatch(text) is not None
