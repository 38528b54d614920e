"""What a visitor says about a run: its name, a note, whether it is pinned. A file beside the experiment holds this."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mnist_demo import fields
from mnist_demo.files import read_json, write_atomically
from mnist_demo.presets import shown_name
from mnist_demo.runs.run import Run

_FILE = "about.json"
_MAX_BYTES = 8_000
"""Most bytes of the file; the longest name and note take less, with every character escaped."""


@dataclass(frozen=True, kw_only=True)
class Annotations:
    """The name, the note and the pin of a run.

    Raises:
        FieldError: On construction, if a value is not accepted; the message says what is.
    """

    name: str = fields.text("", 60, "What you call this run; empty: what its experiment is called.")
    note: str = fields.text("", 500, "What you want to remember about it.")
    pinned: bool = False  # a pinned run is evicted last

    def __post_init__(self) -> None:
        fields.check(self)
        if not isinstance(self.pinned, bool):
            raise fields.FieldError(f"About: pinned is {fields.shown(self.pinned)}; accepted is true or false.")

    def to_json(self) -> dict[str, Any]:
        """Return all fields as JSON values."""
        return {**fields.to_json(self), "pinned": self.pinned}

    @classmethod
    def from_json(cls, value: object) -> "Annotations":
        """Read what `to_json` returned; missing fields take their defaults.

        Raises:
            FieldError: If a field is unknown or a value is not accepted.
        """
        return cls(**fields.object_fields(value, {**fields.field_specs(cls), "pinned": None}, "about"))


def annotations_path(run: Run) -> Path:
    """Return the path of a run's annotations; most runs have no such file."""
    return run.folder / _FILE


def read_annotations(run: Run) -> Annotations:
    """Read a run's annotations; a missing or damaged file gives the defaults."""
    try:
        return Annotations.from_json(read_json(annotations_path(run), _MAX_BYTES))
    except (OSError, ValueError):
        return Annotations()


def write_annotations(run: Run, about: Annotations) -> None:
    """Write a run's annotations.

    Raises:
        OSError: If the file cannot be written, or the run is gone.
    """
    write_atomically(annotations_path(run), json.dumps(about.to_json()).encode())


def name_of(run: Run) -> str:
    """Return the name that the visitor gave to a run, or its experiment's, which says what makes it different.

    Raises:
        OSError, ValueError: If the run has neither a name nor an experiment that can be read.
    """
    return read_annotations(run).name or shown_name(run.experiment)
