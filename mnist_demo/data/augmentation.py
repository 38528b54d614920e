"""How training images are varied: the specification only; the trainer carries it out."""

from dataclasses import dataclass

from mnist_demo import fields


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """The random changes made to each training image each time it is shown; all 0 means none.

    Each figure is the most in either direction: the change itself is drawn evenly between minus and plus that. Beyond
    the bounds a 6 starts to be a 9 (rotation) or ink leaves the image (shift, zoom).

    Raises:
        FieldError: on construction, if a value is not a number within its bounds.
    """

    rotation: float = fields.real(0.0, 0.0, 45.0, "Turned by up to so many degrees.", step=1.0)
    shift: float = fields.real(0.0, 0.0, 6.0, "Moved by up to so many pixels, each way.", step=0.5)
    zoom: float = fields.real(0.0, 0.0, 0.4, "Made larger or smaller by up to this share of the size.", step=0.02)
    shear: float = fields.real(0.0, 0.0, 30.0, "Upright lines made to lean by up to so many degrees.", step=1.0)

    def __post_init__(self) -> None:
        fields.check(self)

    @property
    def is_active(self) -> bool:
        """Whether anything is changed at all."""
        return self != Augmentation()

    def to_json(self) -> dict[str, float]:
        """The fields as plain numbers."""
        return fields.to_json(self)

    @classmethod
    def from_json(cls, value: object) -> "Augmentation":
        """The augmentation that `to_json` wrote. Fields left out are 0.

        Raises:
            FieldError: a field is unknown or its value is not accepted.
        """
        return fields.from_json(cls, value, "augmentation")
