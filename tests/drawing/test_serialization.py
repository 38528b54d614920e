"""A kept drawing is read unchanged, and every other text is refused."""

import json

import numpy as np
import pytest
from hypothesis import given, settings

from mnist_demo.drawing import DrawingError
from mnist_demo.drawing.serialization import MAX_BYTES, drawing_from_json, drawing_to_json
from mnist_demo.drawing.strokes import MAX_COORDINATE, MAX_POINTS
from tests.drawing.samples import Strokes, drawings


@settings(max_examples=30)
@given(drawings)
def test_kept_strokes_are_read_unchanged(strokes: Strokes) -> None:
    back = drawing_from_json(json.loads(drawing_to_json(strokes)))
    assert len(back) == len(strokes)
    for one, other in zip(strokes, back, strict=True):
        np.testing.assert_allclose(one, other, atol=0.005)


def test_the_largest_drawing_fits() -> None:
    content = drawing_to_json([np.full((MAX_POINTS, 2), -MAX_COORDINATE + 0.25)])
    assert len(content) <= MAX_BYTES
    assert len(drawing_from_json(json.loads(content))[0]) == MAX_POINTS


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], "just one field"),
        ({"strokes": [], "more": 1}, "just one field"),
        ({"strokes": 1}, "sequence of strokes"),
        ({"strokes": [[[1, float("nan")]]]}, "not finite"),
        ({"strokes": [[[0, 0]]] * 1001}, "more than 1,000 strokes"),
    ],
)
def test_a_value_that_is_no_drawing_is_refused(value: object, message: str) -> None:
    with pytest.raises(DrawingError, match=message):
        drawing_from_json(value)
