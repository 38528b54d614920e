"""Fields that know what they accept: one table serves validation, JSON and the editors on the page.

A spec is a frozen dataclass whose fields are made with `integer`, `real`, `choice` or `text`. It calls `check(self)`
in `__post_init__`; after that every value has its declared type and lies in its range.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

Spec = TypeVar("Spec")


class FieldError(ValueError):
    """A value that a field does not accept; the message names the field, the value and what is accepted."""


@dataclass(frozen=True)
class Number:
    """What a numeric field accepts: from `low` to `high`, both included."""

    low: float
    high: float
    step: float
    integral: bool
    optional: bool
    help: str

    @property
    def accepted(self) -> str:
        kind = "a whole number" if self.integral else "a number"
        return f"{kind} from {_written(self.low)} to {_written(self.high)}" + (" or nothing" if self.optional else "")


@dataclass(frozen=True)
class Choice:
    """What a choice accepts: one member of an enumeration."""

    options: type[StrEnum]
    help: str

    @property
    def accepted(self) -> str:
        return "one of " + ", ".join(f"'{option}'" for option in self.options)


@dataclass(frozen=True)
class Text:
    """What a text field accepts: a single line of at most `longest` characters."""

    longest: int
    help: str

    @property
    def accepted(self) -> str:
        return f"one line of at most {self.longest} characters"


FieldSpec = Number | Choice | Text


def integer(default: int | None, low: int, high: int, help: str, *, step: int = 1) -> Any:
    """Make a field for a whole number in [low, high]; `None` is accepted too when it is the default."""
    spec = Number(low, high, step, integral=True, optional=default is None, help=help)
    return dataclasses.field(default=default, metadata={"spec": spec})


def real(default: float, low: float, high: float, help: str, *, step: float) -> Any:
    """Make a field for a finite number in [low, high]."""
    spec = Number(low, high, step, integral=False, optional=False, help=help)
    return dataclasses.field(default=default, metadata={"spec": spec})


def choice(default: StrEnum, help: str) -> Any:
    """Make a field for a member of the enumeration that the default belongs to."""
    return dataclasses.field(default=default, metadata={"spec": Choice(type(default), help)})


def text(default: str, longest: int, help: str) -> Any:
    """Make a field for one line of text."""
    return dataclasses.field(default=default, metadata={"spec": Text(longest, help)})


def nested(kind: type[Any], *, required: bool = False) -> Any:
    """Make a field for a spec within a spec; without `required`, its default is `kind()`."""
    if required:
        return dataclasses.field(metadata={"nested": kind})
    return dataclasses.field(default_factory=kind, metadata={"nested": kind})


def field_specs(owner: Any) -> dict[str, FieldSpec]:
    """Return the fields of a spec class or object that were made here, by name, in order."""
    return {f.name: f.metadata["spec"] for f in dataclasses.fields(owner) if "spec" in f.metadata}


# Names that a person would not guess from the field's.
_LABELS = {"train_images": "Training images", "l2": "L2 penalty", "std": "Standard deviation"}


def label(name: str) -> str:
    """Return a field's name as a person reads it, the same on every page: 'kernel_size' is 'Kernel size'."""
    return _LABELS.get(name, name.replace("_", " ").capitalize())


def check(owner: Any) -> None:
    """Hold every field of a frozen spec against what it accepts and give it its exact type.

    Raises:
        FieldError: For the first field whose value is not accepted.
    """
    for name, spec in field_specs(owner).items():
        object.__setattr__(owner, name, _accepted(type(owner).__name__, name, spec, getattr(owner, name)))
    for name, field in _nested(owner).items():
        if not isinstance(value := getattr(owner, name), kind := field.metadata["nested"]):
            raise FieldError(f"{type(owner).__name__}: {name} is {shown(value)}; accepted is {kind.__name__}.")


def to_json(owner: Any) -> dict[str, Any]:
    """Return the fields of a spec as JSON values, those of the specs within it included."""
    return {name: _plain(getattr(owner, name)) for name in (*field_specs(owner), *_nested(owner))}


def from_json(cls: type[Spec], value: object, what: str) -> Spec:
    """Build a spec, and the specs within it, from parsed JSON; missing fields take their defaults.

    Args:
        cls: The spec's class.
        value: What the JSON held; nothing about it is trusted.
        what: How to name the object in an error, such as "training".

    Raises:
        FieldError: If it is not an object, has an unknown field, lacks one that has no default, or has a value that
            is not accepted.
    """
    within = _nested(cls)
    given = object_fields(value, {**field_specs(cls), **within}, what)
    for name, field in within.items():
        if name in given:
            kind = field.metadata["nested"]
            read = getattr(kind, "from_json", None)
            given[name] = read(given[name]) if read else from_json(kind, given[name], name)
        elif field.default_factory is dataclasses.MISSING:
            raise FieldError(f"{what} has no {name}.")
    return cls(**given)


def object_fields(value: object, known: Mapping[str, object], what: str) -> dict[str, Any]:
    """Return a JSON object's fields, after checking that the value is an object with known fields.

    Raises:
        FieldError: If it is not an object or has a field that is not in `known`.
    """
    if not isinstance(value, Mapping):
        raise FieldError(f"{what} is {shown(value)}; an object with named fields is accepted.")
    for name in value:
        if name not in known:
            raise FieldError(f"{what} has an unknown field {shown(name)}; accepted are {', '.join(known)}.")
    return dict(value)


def _nested(owner: Any) -> dict[str, dataclasses.Field[Any]]:
    return {f.name: f for f in dataclasses.fields(owner) if "nested" in f.metadata}


def _accepted(owner: str, name: str, spec: FieldSpec, value: object) -> object:
    refused = FieldError(f"{owner}: {name} is {shown(value)}; accepted is {spec.accepted}.")
    match spec:
        case Number():
            if value is None and spec.optional:
                return None
            # A bool is an int to Python, never to a reader.
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise refused
            # NaN fails every comparison, so it is refused here too.
            if not spec.low <= value <= spec.high or (spec.integral and value != int(value)):
                raise refused
            return int(value) if spec.integral else float(value)
        case Choice():
            if not isinstance(value, str) or value not in set(spec.options):
                raise refused
            return spec.options(value)
        case Text():
            if not isinstance(value, str) or len(value) > spec.longest or not value.isprintable():
                raise refused
            return value


def _written(bound: float) -> str:
    """Write a bound as a person does: 0.000001 and 2,147,483,647."""
    return f"{bound:,.6f}".rstrip("0").rstrip(".")


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return str(value)
    if dataclasses.is_dataclass(value):
        return value.to_json() if hasattr(value, "to_json") else to_json(value)
    return value


def shown(value: object) -> str:
    """Write a value for an error message, in at most 60 characters."""
    try:
        # Cut first: a text may have as many characters as a file has bytes.
        return repr(cut(str(value), 58)) if isinstance(value, str) else cut(repr(value), 60)
    except (ValueError, RecursionError):  # an integer of thousands of digits, a nest of lists
        return f"a {type(value).__name__} too large to show"


def cut(text: str, longest: int) -> str:
    """Make a text printable and at most `longest` characters long."""
    printable = "".join(character if character.isprintable() else "?" for character in text[: longest + 1])
    return printable if len(printable) <= longest else printable[: longest - 1] + "…"


__all__ = [
    "Choice",
    "FieldError",
    "FieldSpec",
    "Number",
    "Text",
    "check",
    "choice",
    "cut",
    "field_specs",
    "from_json",
    "integer",
    "label",
    "nested",
    "object_fields",
    "real",
    "shown",
    "text",
    "to_json",
]
