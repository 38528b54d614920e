"""How training images are varied: the specification only; the trainer carries it out."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from math import isfinite
from typing import Self


class AugmentationError(ValueError):
    """An augmentation that is out of bounds or not written as one."""


# Field → (most, unit). Beyond these a 6 starts to be a 9 (rotation) or ink leaves the image (shift, zoom).
BOUNDS: Mapping[str, tuple[float, str]] = {
    "rotation": (45.0, "degrees"),
    "shift": (6.0, "pixels"),
    "zoom": (0.4, "as a fraction of the size"),
    "shear": (30.0, "degrees"),
}


@dataclass(frozen=True)
class Augmentation:
    """The random changes made to each training image each time it is shown; all 0 means none.

    Each figure is the most in either direction: the change itself is drawn evenly between minus and plus
    that.

    Args:
        rotation: Degrees, 0–45.
        shift: Pixels, along each axis, 0–6.
        zoom: Fraction of the size, 0–0.4; 0.1 makes a digit between 0.9 and 1.1 times as large.
        shear: Degrees by which upright lines lean, 0–30.

    Raises:
        AugmentationError: If a field is not a number within its bounds.
    """

    rotation: float = 0.0
    shift: float = 0.0
    zoom: float = 0.0
    shear: float = 0.0

    def __post_init__(self) -> None:
        for field, (most, unit) in BOUNDS.items():
            value = getattr(self, field)
            number = isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value)
            if not number or not 0 <= value <= most:
                raise AugmentationError(
                    f"The {field} of the augmentation is {value!r}: accepted are numbers from 0 to {most:g}, "
                    f"{unit}."
                )
            # 10 and 10.0 are the same experiment, and must read the same in its file and link.
            object.__setattr__(self, field, float(value))

    @property
    def is_active(self) -> bool:
        """Whether anything is changed at all."""
        return self != Augmentation()

    def to_json(self) -> dict[str, float]:
        """Return the fields as a dictionary of plain numbers."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: object) -> Self:
        """Return the augmentation that ``to_json`` wrote; a field that is missing is 0.

        Raises:
            AugmentationError: If it is not a dictionary, has another key, or a value is not a number within
                bounds.
        """
        if not isinstance(values, Mapping):
            raise AugmentationError(
                f"The augmentation is {type(values).__name__}: accepted is an object of numbers."
            )
        known = [field.name for field in fields(cls)]
        for key in values:
            if key not in known:
                raise AugmentationError(
                    f"The augmentation has no field {key!r}: accepted are {', '.join(known)}."
                )
        return cls(**values)
