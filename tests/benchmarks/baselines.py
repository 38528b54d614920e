"""Other demos' conversion of a canvas to a digit, by its pixels. It is kept for measurements, not for use.

Both take the picture of a canvas, uint8 (height, width), white ink (255) on black (0), and return a uint8
(28, 28).
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_demo.drawing.digit import BOX, CENTRE, Step, stages_from_strokes
from mnist_demo.drawing.ink import FIELD, centre_of_mass
from mnist_demo.drawing.strokes import DrawingError

INK = 32  # grey values (0–255) at or above this count as ink; smaller ones are the soft edge of a stroke


def canvas_picture(
    strokes: object, canvas: tuple[float, float], drawn_pen_width: float, pixels: int = 280
) -> NDArray[np.uint8]:
    """Draw a canvas as its visitor sees it, except for the colours.

    Args:
        strokes: The strokes, as `digit_from_strokes` takes them.
        canvas: The canvas's width and height in the strokes' unit.
        drawn_pen_width: The pen's width in the strokes' unit.
        pixels: The picture's side; a canvas that is not square gets paper on both sides.

    Returns:
        uint8 (pixels, pixels), white ink (255) on black (0).

    Raises:
        DrawingError: If there is no ink, or an argument is not of this kind.
    """
    nothing: frozenset[Step] = frozenset()
    stages = stages_from_strokes(strokes, steps=nothing, canvas=canvas, drawn_pen_width=drawn_pen_width)
    return stages.drawn.picture(pixels)


def naive(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Resize the whole canvas, wherever and however large the digit was drawn, as most demos do."""
    return np.asarray(Image.fromarray(picture).resize((FIELD, FIELD), Image.Resampling.BOX))


def crop_and_centre(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Crop to the ink, resize its longer side to 20 pixels and centre its mass, as good demos do.

    The pen's width is not normalized; it grows and shrinks with the digit.

    Raises:
        DrawingError: If the picture has no ink.
    """
    ink = picture > INK
    if not ink.any():
        raise DrawingError("There is no ink yet: draw a digit first.")
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    crop = Image.fromarray(picture).crop((int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1))
    factor = BOX / max(crop.size)
    size = (max(1, round(crop.width * factor)), max(1, round(crop.height * factor)))
    small = np.asarray(crop.resize(size, Image.Resampling.BOX if factor < 1 else Image.Resampling.BILINEAR))
    # The place is rounded to whole pixels, as MNIST's is, and kept on the field if the mass is far to one side.
    corner = np.rint(CENTRE - centre_of_mass(small)).astype(int)
    left, top = np.clip(corner, 0, FIELD - np.array(size))
    digit = np.zeros((FIELD, FIELD), dtype=np.uint8)
    digit[top : top + size[1], left : left + size[0]] = small
    return digit
