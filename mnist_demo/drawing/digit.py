"""From strokes to MNIST: strokes become a digit as a network that learned MNIST expects it.

Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning applied to document recognition",
Proceedings of the IEEE 86 (1998): a digit's ink is scaled to fit 20×20 pixels, anti-aliased, and placed in a
field of 28×28 with its centre of mass in the middle. We do the same to the strokes themselves and draw them
anew at the end, so that the size, the place and the pen of the drawing do not matter.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from mnist_demo.drawing.ink import FIELD, bounding_box, centre_of_mass, draw
from mnist_demo.drawing.strokes import MAX_COORDINATE, DrawingError, Strokes, checked_strokes

BOX = 20.0  # pixels of the longer side of the ink, which 59,987 of MNIST's 60,000 training images have

# MNIST's centre of mass is here, in pixels from the upper left corner: the mean over the 60,000 training images is
# (14.51, 14.50), for every digit within 0.04 of it. This is the middle of pixel 14, not of the field. (The spread, 0.29
# on both axes, is that of rounding to whole pixels.)
CENTRE = 14.5

# MNIST's strokes have this mean width, in pixels, by three measures over the training images that agree:
# - A stroke of the length L and the width w has the area A = wL + πw²/4 and an edge of the length P = 2L + πw (the
#   summed steepness of the grey values). MNIST's mean w is 2.75; 400 pen-written digits drawn by this module have 2.77
#   at a pen of 2.5 (the measure is a little high where strokes cross).
# - The mean ink of those digits is 102.4 pixels at a pen of 2.5, and so is MNIST's.
# - Twice the distance from a stroke's middle line to its edge is 2.56 on average, over 2,000 images.
# People's pens differ: nine images in ten lie between 1.85 and 4.1.
PEN_WIDTH = 2.5

# Strokes that span less than this, in their unit, are one point.
SMALLEST = 1e-9
# A stroke may reach this many pixels beyond the field, because distances must stay exact enough in float32.
FARTHEST = 1e4


class Step(StrEnum):
    """The steps from a drawing to the network's input, in this order; each step can be left out."""

    BOUND = "bound"  # the box around the ink moves to the middle, wherever it was drawn
    SCALE = "scale"  # the longer side of the ink becomes 20 pixels
    CENTRE = "centre"  # the centre of mass moves to where MNIST has it
    REDRAW = "redraw"  # the strokes are drawn anew with a pen as wide as MNIST's


ALL_STEPS = frozenset(Step)


@dataclass(frozen=True, eq=False)
class Stage:
    """The drawing on the 28×28 field after a step.

    Attributes:
        strokes: The strokes in field units, 0 to 28, x right, y down; some may lie outside.
        pen_width: The pen's width in field units.
    """

    strokes: Strokes
    pen_width: float

    def picture(self, pixels: int = FIELD) -> NDArray[np.uint8]:
        """Draw the stage: uint8 (pixels, pixels), 0 paper to 255 ink."""
        return np.rint(draw(self.strokes, self.pen_width, pixels) * 255).astype(np.uint8)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the ink, the pen's width included, in field units."""
        low, high = bounding_box(self.strokes)
        left, top = low - self.pen_width / 2
        right, bottom = high + self.pen_width / 2
        return float(left), float(top), float(right), float(bottom)


@dataclass(frozen=True, eq=False)
class Stages:
    """The stages from a drawing to a network's input. A step that is left out has the same stage as the previous step.

    Attributes:
        drawn: The whole canvas, fitted into the field.
        bounded: The drawing with the box around the ink in the middle.
        scaled: The drawing with the longer side of the ink at 20 pixels.
        centred: The drawing with the centre of mass where MNIST has it.
        redrawn: The drawing with a pen as wide as MNIST's.
        digit: The network's input, uint8 (28, 28), white ink (255) on black (0).
    """

    drawn: Stage
    bounded: Stage
    scaled: Stage
    centred: Stage
    redrawn: Stage
    digit: NDArray[np.uint8]


def digit_from_strokes(
    strokes: object,
    *,
    pen_width: float = PEN_WIDTH,
    steps: frozenset[Step] = ALL_STEPS,
    canvas: tuple[float, float] | None = None,
    drawn_pen_width: float | None = None,
) -> NDArray[np.uint8]:
    """Turn strokes into a digit in MNIST's form.

    With all steps, only the shape of the strokes matters; their size, place and sampling and the pen do not. The same
    lines drawn in another way change no pixel by more than 12 of 255. A dot stays a dot in the middle, and a straight
    line becomes 20 pixels long.

    Example:
        >>> from mnist_demo.drawing import digit_from_strokes
        >>> seven = [[(10, 10), (60, 10), (30, 90)]]
        >>> digit = digit_from_strokes(seven)
        >>> digit.shape, digit.dtype, int(digit[0, 0]), int(digit.max())
        ((28, 28), dtype('uint8'), 0, 255)

    Args:
        strokes: A sequence of polylines, each a sequence of (x, y), x right, y down, in any unit.
        pen_width: The width of the new pen in pixels of the digit, 0.5 to 10.
        steps: The steps that are done; see `Step`.
        canvas: Width and height of the canvas in the strokes' unit; its upper left corner is (0, 0). The canvas matters
            only when a step is left out. The default is the square around the ink.
        drawn_pen_width: The width of the pen that drew, in the strokes' unit. Ink of less than half this size is a dot,
            because the visitor saw a dot while drawing; apart from that the width matters only when a step is left
            out. The default is, for the drawing's size, the width of MNIST's pen.

    Returns:
        uint8 (28, 28), white ink (255) on black (0).

    Raises:
        DrawingError: If there is no ink, or the strokes or an option are not accepted.
    """
    return stages_from_strokes(
        strokes, pen_width=pen_width, steps=steps, canvas=canvas, drawn_pen_width=drawn_pen_width
    ).digit


def stages_from_strokes(
    strokes: object,
    *,
    pen_width: float = PEN_WIDTH,
    steps: frozenset[Step] = ALL_STEPS,
    canvas: tuple[float, float] | None = None,
    drawn_pen_width: float | None = None,
) -> Stages:
    """Turn strokes into a digit and keep the stage after each step.

    Arguments and errors are those of `digit_from_strokes`, whose result is the last stage.
    """
    _check("pen_width", pen_width, 0.5, 10)
    ink = checked_strokes(strokes)
    if not ink:
        raise DrawingError("There is no ink yet: draw a digit first.")

    drawn = _on_field(ink, pen_width, canvas, drawn_pen_width)
    new_pen = pen_width if Step.REDRAW in steps else None

    bounded = _bounded(drawn) if Step.BOUND in steps else drawn
    scaled = _scaled(bounded, new_pen) if Step.SCALE in steps else bounded
    centred = _centred(scaled, new_pen) if Step.CENTRE in steps else scaled
    redrawn = Stage(centred.strokes, pen_width) if Step.REDRAW in steps else centred
    return Stages(drawn, bounded, scaled, centred, redrawn, redrawn.picture())


def _on_field(
    ink: Strokes, pen_width: float, canvas: tuple[float, float] | None, drawn_pen_width: float | None
) -> Stage:
    """Fit the canvas into the field: its longer side becomes 28 pixels, its middle the field's."""
    low, high = bounding_box(ink)
    longer = float((high - low).max())
    if longer < SMALLEST:
        ink, longer = (low[None],), 0.0
    if drawn_pen_width is None:
        drawn_pen_width = longer * pen_width / (BOX - pen_width)
    else:
        _check("drawn_pen_width", drawn_pen_width, SMALLEST, MAX_COORDINATE)
    if canvas is None:
        middle = (low + high) / 2
        side = (longer + drawn_pen_width) or FIELD
    else:
        for length in canvas:
            _check("canvas", length, SMALLEST, MAX_COORDINATE)
        middle = np.array(canvas) / 2
        side = max(canvas)
    factor = FIELD / side
    strokes = tuple((stroke - middle) * factor + FIELD / 2 for stroke in ink)
    if max(float(np.abs(stroke).max()) for stroke in strokes) > FARTHEST:
        raise DrawingError("The drawing reaches too far beyond its canvas to be drawn.")
    return Stage(strokes, drawn_pen_width * factor or pen_width)


def _bounded(stage: Stage) -> Stage:
    return _moved(stage, FIELD / 2 - _middle(stage))


def _scaled(stage: Stage, new_pen: float | None) -> Stage:
    """Make the longer side of the ink 20 pixels, the width of the final pen included."""
    longer = _longer_side(stage)
    if longer < stage.pen_width / 2:
        # A dot stays as large as the pen, because an enlarged dot would be a scribble.
        factor = (new_pen or PEN_WIDTH) / stage.pen_width
    elif new_pen is None:
        factor = BOX / (longer + stage.pen_width)
    else:
        factor = (BOX - new_pen) / longer
    middle = _middle(stage)
    strokes = tuple((stroke - middle) * factor + middle for stroke in stage.strokes)
    return Stage(strokes, stage.pen_width * factor)


def _centred(stage: Stage, new_pen: float | None) -> Stage:
    """Move the ink's centre of mass to where MNIST has it, but none of the ink off the field."""
    pen = stage.pen_width if new_pen is None else new_pen
    middle = _middle(stage)
    # The ink is weighed in the middle of the field, no larger than fits, so that none lies outside.
    shrink = min(1.0, BOX / (_longer_side(stage) + pen))
    weighed = tuple((stroke - middle) * shrink + FIELD / 2 for stroke in stage.strokes)
    offset = (centre_of_mass(draw(weighed, pen * shrink)) - FIELD / 2) / shrink
    shift = CENTRE - (middle + offset)

    low, high = bounding_box(stage.strokes)
    least, most = pen / 2 - low, FIELD - pen / 2 - high
    fits = least <= most
    return _moved(stage, np.where(fits, np.clip(shift, np.minimum(least, most), most), shift))


def _moved(stage: Stage, shift: NDArray[np.float64]) -> Stage:
    return Stage(tuple(stroke + shift for stroke in stage.strokes), stage.pen_width)


def _middle(stage: Stage) -> NDArray[np.float64]:
    low, high = bounding_box(stage.strokes)
    return (low + high) / 2


def _longer_side(stage: Stage) -> float:
    low, high = bounding_box(stage.strokes)
    return float((high - low).max())


def _check(name: str, value: float, least: float, most: float) -> None:
    # NaN fails this comparison too.
    if not least <= value <= most:
        raise DrawingError(f"{name} must be from {least:g} to {most:g}; it is {value}.")
