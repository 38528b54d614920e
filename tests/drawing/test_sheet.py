"""The digit on a photo is the writing on a sheet of paper, not the sheet on its table."""

import numpy as np
import pytest
from PIL import Image

from mnist_demo.data import load_mnist
from mnist_demo.drawing import digit_from_strokes
from mnist_demo.drawing.photo.blobs import blobs
from mnist_demo.drawing.photo.photo import find_digit
from mnist_demo.drawing.photo.sheet import only_sheet, sheet_area


def written(index: int, side: int = 300) -> Image.Image:
    """Return a test digit, dark on a sheet of bright paper; mode "L"."""
    digit = Image.fromarray(255 - load_mnist().test.images[index]).resize((side // 2, side // 2))
    sheet = Image.new("L", (side, side + 40), 235)
    sheet.paste(digit.point(lambda grey: min(grey, 235)), (side // 4, side // 4 + 20))
    return sheet


def alike(one: np.ndarray, other: np.ndarray) -> float:
    """Return the cosine between two pictures, 1 for equal pictures."""
    a, b = one.astype(np.float64).ravel(), other.astype(np.float64).ravel()
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


@pytest.mark.parametrize("index", range(10))
@pytest.mark.parametrize("invert", [False, True], ids=["bright", "dark"])
def test_the_digit_is_found_on_a_sheet_on_a_table(index: int, invert: bool) -> None:
    sheet = written(index)
    # The sheet lies small and askew on a dark table, and then reaches over the photo's edge.
    whole = Image.new("L", (1000, 800), 70)
    whole.paste(sheet.rotate(8, expand=True, fillcolor=70), (640, 250) if index % 2 else (-15, 60))
    picture = np.asarray(whole)
    found = find_digit(255 - picture if invert else picture)
    assert np.array_equal(found.picture, 255 - picture if invert else picture)
    alone = find_digit(np.asarray(sheet.rotate(8, fillcolor=235)))
    assert alike(digit_from_strokes(found.strokes), digit_from_strokes(alone.strokes)) > 0.9


@pytest.mark.parametrize("stroke", [4, 8, 16])
def test_a_ring_is_a_0_and_no_sheet(stroke: int) -> None:
    y, x = np.mgrid[-1:1:120j, -1:1:120j]
    outer, inner = np.hypot(x / 0.5, y / 0.8), np.hypot(x / (0.5 - stroke / 60), y / (0.8 - stroke / 60))
    (ring,) = blobs((outer < 1) & (inner > 1))
    assert sheet_area(ring, (120, 120)) is None


def test_paper_without_ink_is_no_sheet() -> None:
    paper = np.zeros((50, 50), dtype=np.bool_)
    paper[10:40, 10:40] = True
    (blank,) = blobs(paper)
    assert sheet_area(blank, paper.shape) is None
    paper[20:30, 24:26] = False
    (inked,) = blobs(paper)
    area = sheet_area(inked, paper.shape)
    assert area is not None
    assert area[25, 25]
    assert area.sum() == 26 * 26  # the area of the sheet without its rim
    picture = np.where(paper, 200, 30).astype(np.uint8)
    rest = only_sheet(picture, area)
    assert set(rest[~area]) == {200}
    np.testing.assert_array_equal(rest[area], picture[area])
