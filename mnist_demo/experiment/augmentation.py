"""How training images are varied: the specification only; the trainer carries it out."""

from dataclasses import dataclass

from mnist_demo import fields, old_names
from mnist_demo.old_names import renamed


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """The random changes made to each training image each time it is shown; all 0 means none.

    Each figure is the most in either direction: the change itself is drawn evenly between minus and plus that. Beyond
    the bounds a 6 starts to be a 9 (rotation), ink leaves the image (shift, zoom), the image folds over itself
    (elastic) or paper becomes ink (thickness).

    Raises:
        FieldError: On construction, if a value is not a number within its bounds.
    """

    rotation: float = fields.real(0.0, 0.0, 45.0, "Turned by up to so many degrees.", step=1.0)
    shift: float = fields.real(0.0, 0.0, 6.0, "Moved by up to so many pixels, each way.", step=0.5)
    zoom: float = fields.real(0.0, 0.0, 0.4, "Made larger or smaller by up to this share of the size.", step=0.02)
    shear: float = fields.real(0.0, 0.0, 30.0, "Upright lines made to lean by up to so many degrees.", step=1.0)
    elastic: float = fields.real(
        0.0, 0.0, 8.0, "Bent as by another hand: no point is moved farther than so many pixels.", step=0.5
    )
    thickness: float = fields.real(
        0.0, 0.0, 1.2, "Strokes made wider or narrower by up to so many pixels, and their edges sharper.", step=0.1
    )
    pen_forms: float = fields.real(
        0.0,
        0.0,
        1.0,
        "Digits only: the share of 7s that get a bar, of 1s a flag or a foot, of 9s a curled tail. People write "
        "them so with a pen, and MNIST hardly has them.",
        step=0.05,
    )
    non_digits: float = fields.real(
        0.0,
        0.0,
        0.5,
        "Digits only: the share of images made into what is no digit (laid on their side, in the mirror, crossed, or a "
        "few random lines), of which the network learns to be sure of nothing.",
        step=0.05,
    )

    def __post_init__(self) -> None:
        fields.check(self)

    @property
    def is_active(self) -> bool:
        """Whether anything is changed at all."""
        return self != Augmentation()

    @property
    def moves(self) -> bool:
        """Whether images are turned, moved, zoomed or sheared as a whole."""
        return any((self.rotation, self.shift, self.zoom, self.shear))

    def to_json(self) -> dict[str, float]:
        """Return the fields as plain numbers."""
        return fields.to_json(self)

    @classmethod
    def from_json(cls, value: object) -> "Augmentation":
        """Read the augmentation that `to_json` wrote. Fields left out are 0.

        Raises:
            FieldError: A field is unknown or its value is not accepted.
        """
        return fields.from_json(cls, renamed(value, old_names.AUGMENTATION), "augmentation")
