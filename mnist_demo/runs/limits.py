"""The limits on what labs keep, from the environment of the server."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from mnist_demo import fields

_MOST = 100_000_000


@dataclass(frozen=True, kw_only=True)
class StoreLimits:
    """What labs may keep; an environment variable sets each field, such as MNIST_DEMO_MAX_RUNS.

    Raises:
        FieldError: On construction, if a value is not accepted; the message says what is.
    """

    max_runs: int = fields.integer(200, 1, 10_000, "Runs that one lab keeps.")
    max_lab_megabytes: int = fields.integer(1_500, 10, _MOST, "Megabytes that one lab keeps: runs, data, drawings.")
    max_megabytes: int = fields.integer(5_000, 10, _MOST, "Megabytes that the runs of all labs take together.")
    max_data_megabytes: int = fields.integer(2_000, 100, _MOST, "Megabytes that all uploaded data take together.")
    max_days: int = fields.integer(180, 1, 36_500, "Days that a run is kept after its last change, unless pinned.")

    def __post_init__(self) -> None:
        fields.check(self)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "StoreLimits":
        """Read the limits that the environment sets; the others take their defaults.

        Raises:
            FieldError: If a variable is not a number that is accepted.
        """
        given: dict[str, int] = {}
        for name, spec in fields.field_specs(cls).items():
            variable = f"MNIST_DEMO_{name.upper()}"
            text = environment.get(variable, "").strip()
            if not text:
                continue
            if not re.fullmatch(r"\d{1,12}", text):
                raise fields.FieldError(f"{variable} is {text!r:.40}; accepted is {spec.accepted}.")
            given[name] = int(text)
        return cls(**given)
