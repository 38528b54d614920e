"""From ink to digits: strokes or a photo become a 28×28 digit in MNIST's form, without Keras."""

from mnist_demo.drawing.arrangement import Arrangement, arrangement_of
from mnist_demo.drawing.canvas import canvas_from_strokes, strokes_from_canvas
from mnist_demo.drawing.digit import ALL_STEPS, Stage, Stages, Step, digit_from_strokes, stages_from_strokes
from mnist_demo.drawing.photo.photo import Photo, read_photo
from mnist_demo.drawing.strokes import DrawingError
from mnist_demo.drawing.verdict import Verdict, verdict

__all__ = [
    "ALL_STEPS",
    "Arrangement",
    "DrawingError",
    "Photo",
    "Stage",
    "Stages",
    "Step",
    "Verdict",
    "arrangement_of",
    "canvas_from_strokes",
    "digit_from_strokes",
    "read_photo",
    "stages_from_strokes",
    "strokes_from_canvas",
    "verdict",
]
