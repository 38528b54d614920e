"""Ink in: strokes to a 28×28 digit, the MNIST way. Numpy and pillow only."""

from mnist_demo.drawing.canvas import strokes_from_canvas
from mnist_demo.drawing.digit import ALL_STEPS, Stage, Stages, Step, digit_from_strokes, stages_from_strokes
from mnist_demo.drawing.strokes import DrawingError

__all__ = [
    "ALL_STEPS",
    "DrawingError",
    "Stage",
    "Stages",
    "Step",
    "digit_from_strokes",
    "stages_from_strokes",
    "strokes_from_canvas",
]
