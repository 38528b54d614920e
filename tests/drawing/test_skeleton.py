"""An area of ink becomes the strokes that drew it; connected components equal SciPy's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from sklearn.neighbors import KNeighborsClassifier

from mnist_demo.data import load_mnist
from mnist_demo.drawing import digit_from_strokes
from mnist_demo.drawing.ink import draw
from mnist_demo.drawing.photo.blobs import blobs
from mnist_demo.drawing.photo.skeleton import strokes_from_ink, thinned
from tests.drawing.samples import Strokes, drawings

Ink = NDArray[np.bool_]
TOUCHING = np.ones((3, 3))


@st.composite
def inks(draw: st.DrawFn) -> Ink:
    height, width = draw(st.integers(1, 24)), draw(st.integers(1, 24))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return rng.random((height, width)) < draw(st.floats(0.05, 0.9))


@settings(max_examples=60)
@given(inks())
def test_blobs_are_the_connected_components(ink: Ink) -> None:
    labels, count = ndimage.label(ink, TOUCHING)
    found = blobs(ink)
    assert len(found) == count
    for blob in found:
        mask = blob.mask(ink.shape)
        (label,) = set(labels[mask])
        np.testing.assert_array_equal(mask, labels == label)
        assert blob.area == mask.sum()
        rows, columns = np.nonzero(mask)
        assert list(blob.box) == [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]


@settings(max_examples=30)
@given(drawings)
def test_thinning_keeps_connected_components_and_holes(strokes: Strokes) -> None:
    points = np.concatenate(strokes)
    ink = draw(tuple((s - points.min(0)) / np.ptp(points, axis=0).max() * 22 + 3 for s in strokes), 2.5, 84) > 0.5
    thin = thinned(ink)
    assert not (thin & ~ink).any()
    for picture, structure in ((ink, TOUCHING), (~ink, None)):
        thinner = thin if structure is not None else ~thin
        assert ndimage.label(thinner, structure)[1] == ndimage.label(picture, structure)[1]


@pytest.mark.parametrize("pen", [6.0, 12.0, 20.0])
@pytest.mark.parametrize("angle", [0.0, 0.4, 1.2])
def test_a_line_becomes_a_stroke_of_its_width(pen: float, angle: float) -> None:
    ends = 14 + 9 * np.array([[-np.cos(angle), -np.sin(angle)], [np.cos(angle), np.sin(angle)]])
    ink = draw((ends,), pen / 5, 140) > 0.5
    strokes, width = strokes_from_ink(ink)
    assert width == pytest.approx(pen, rel=0.1)
    (line,) = strokes
    found = line[np.argsort(line[:, 0])[[0, -1]]] / 5
    np.testing.assert_allclose(found, ends[np.argsort(ends[:, 0])], atol=0.3 * pen / 5)


def test_a_dot_becomes_a_point_and_a_ring_a_closed_stroke() -> None:
    strokes, width = strokes_from_ink(draw((np.array([[14.0, 14.0]]),), 4, 140) > 0.5)
    assert width == pytest.approx(20, rel=0.1)
    assert all(np.ptp(stroke, axis=0).max() < 3 for stroke in strokes)
    angles = np.linspace(0, 2 * np.pi, 60)
    circle = np.stack([14 + 9 * np.cos(angles), 14 + 9 * np.sin(angles)], axis=1)
    (ring,), width = strokes_from_ink(draw((circle,), 2, 140) > 0.5)
    assert width == pytest.approx(10, rel=0.1)
    np.testing.assert_array_equal(ring[0], ring[-1])
    np.testing.assert_allclose(np.hypot(*(ring / 5 - 14).T), 9, atol=0.3)


def test_mnist_made_of_strokes_is_classified_as_well() -> None:
    # The strokes are moved and their pen is twice as wide; the classifier is no network.
    data = load_mnist()
    reader = KNeighborsClassifier(3).fit(data.train.images[:6000].reshape(-1, 784), data.train.labels[:6000])
    images, labels = data.test.images[:200], data.test.labels[:200]
    again = []
    for image in images:
        strokes, width = strokes_from_ink(np.asarray(Image.fromarray(image).resize((140, 140))) > 115)
        moved = [stroke * 0.4 + 100 for stroke in strokes]
        again.append(digit_from_strokes(moved, canvas=(300, 300), drawn_pen_width=2 * 0.4 * width))
    clean, read = (
        float((reader.predict(each.reshape(-1, 784)) == labels).mean()) for each in (images, np.stack(again))
    )
    assert clean > 0.9
    assert read >= clean - 0.01
