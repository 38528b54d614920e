"""The effect of augmentation on images, checked with SciPy and with the pen of the page Draw."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage
from scipy.interpolate import BSpline

from mnist_demo.backend import tf
from mnist_demo.data import load_mnist
from mnist_demo.drawing import digit_from_strokes
from mnist_demo.drawing.ink import draw
from mnist_demo.experiment.augmentation import Augmentation
from mnist_demo.training.augmentation import non_digits
from mnist_demo.training.augmentation.augment import SPACING, augment, spline_basis
from mnist_demo.training.augmentation.non_digits import NON_DIGIT, add_non_digits
from mnist_demo.training.augmentation.pen_forms import line
from mnist_demo.training.augmentation.resampling import resample

Images = NDArray[np.float32]

EVERYTHING = Augmentation(
    rotation=15, shift=2, zoom=0.1, shear=10, elastic=4, thickness=0.8, pen_forms=1, non_digits=0.2
)


def augmented(images: Images, augmentation: Augmentation, seed: list[int], label: int = 0) -> Images:
    """Return images (n, 28, 28), all of one label, after augmentation in the graph."""
    labels = tf.fill([len(images)], label)
    varied, _ = augment(tf.constant(images), labels, augmentation, tf.constant(seed, tf.int64))
    result: Images = varied.numpy()
    return result


def some_digits(label: int, count: int = 200) -> Images:
    split = load_mnist().train
    images: Images = split.images[split.labels == label][:count].astype(np.float32) / 255
    return images


def moments(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the centre of mass (y, x) and the covariance of the ink about the centre."""
    centre = np.array(ndimage.center_of_mass(image))
    grid = np.indices((28, 28)).reshape(2, -1) - centre[:, None]
    weights = image.ravel() / image.sum()
    return centre, (grid * weights) @ grid.T


def blob() -> np.ndarray:
    """Draw a smooth upright bar in the middle, which resampling hardly blurs."""
    y, x = np.indices((28, 28)) - 13.5
    bar: np.ndarray = np.exp(-(y**2) / 40 - x**2 / 8).astype(np.float32)
    return bar


@pytest.mark.parametrize(
    "augmentation",
    [Augmentation(shift=3), Augmentation(rotation=30), Augmentation(zoom=0.2), Augmentation(shear=20)],
    ids=["shift", "rotation", "zoom", "shear"],
)
def test_each_change_stays_within_its_largest_amount(augmentation: Augmentation) -> None:
    image = blob()
    many = np.repeat(image[None], 400, axis=0)
    varied = augmented(many, augmentation, [1, 2])
    centre, covariance = moments(image)
    shifts, angles, widths, leans = [], [], [], []
    for each in varied:
        its_centre, its_covariance = moments(each)
        shifts.append(its_centre - centre)
        _, axes = np.linalg.eigh(its_covariance)
        long_axis = axes[:, 1] * np.sign(axes[0, 1])
        angles.append(np.degrees(np.arctan2(long_axis[1], long_axis[0])))
        leans.append(np.degrees(np.arctan(its_covariance[0, 1] / its_covariance[0, 0])))
        widths.append(np.sqrt(np.diag(its_covariance) / np.diag(covariance)))
    shift, angle, lean, width = np.abs(shifts).max(), np.abs(angles).max(), np.abs(leans).max(), np.array(widths)
    if augmentation.shift:
        assert 2.5 < shift <= 3.05
        assert angle < 0.5
    elif augmentation.rotation:
        assert 27 < angle <= 30.5
        assert shift < 0.05
    elif augmentation.zoom:
        assert 1.17 < width.max() <= 1.22
        assert 0.78 <= width.min() < 0.83
        assert shift < 0.05
        assert angle < 0.5
    else:
        assert 18 < lean <= 20.2
        assert shift < 0.05
        # A shear leaves the rows where they are.
        np.testing.assert_allclose(width[:, 0], 1, atol=0.02)


def test_resampling_equals_scipys() -> None:
    rng = np.random.default_rng(0)
    images = rng.random((5, 28, 28), np.float32)
    x, y = rng.uniform(-3, 31, (2, 5, 28, 28)).astype(np.float32)
    expected = [
        ndimage.map_coordinates(image, [rows, columns], order=1, mode="grid-constant")
        for image, rows, columns in zip(images, y, x, strict=True)
    ]
    np.testing.assert_allclose(resample(tf.constant(images), x, y), expected, atol=1e-4)


def test_the_spline_equals_scipys() -> None:
    knots = (np.arange(11) - 3) * SPACING
    spline = BSpline(knots, np.eye(7), 3)
    np.testing.assert_allclose(spline_basis(), spline(np.arange(28)), atol=1e-6)


def test_elastic_deformation_is_smooth_and_within_its_largest_amount() -> None:
    # On a slope, the grey value tells from where a pixel was read.
    slope = np.repeat((np.arange(28, dtype=np.float32) / 27)[None, None], 28, axis=1)
    read = 27 * augmented(np.repeat(slope, 300, axis=0), Augmentation(elastic=3), [1, 2])
    moved = (read - np.arange(28))[:, 4:24, 4:24]  # pixels near the edge may be read from outside
    assert 2 < np.abs(moved).max() <= 3
    assert np.abs(moved.mean()) < 0.05
    assert np.abs(np.diff(moved, axis=1)).max() < 2 * 3 / SPACING
    turned = 27 * augmented(np.repeat(slope.transpose(0, 2, 1), 300, axis=0), Augmentation(elastic=3), [1, 2])
    down = (turned - np.arange(28)[:, None])[:, 4:24, 4:24]
    assert abs(np.corrcoef(moved.ravel(), down.ravel())[0, 1]) < 0.1


def test_an_elastic_deformation_of_almost_zero_equals_the_affine_map() -> None:
    images = some_digits(4, 50)
    moves = {"rotation": 15.0, "shift": 2.0, "zoom": 0.1, "shear": 10.0}
    straight = augmented(images, Augmentation(**moves), [1, 2])
    bent = augmented(images, Augmentation(**moves, elastic=1e-4), [1, 2])
    np.testing.assert_allclose(bent, straight, atol=2e-3)


def test_thickness_changes_strokes_by_at_most_its_amount() -> None:
    upright = digit_from_strokes([[(0, 0), (0, 1)]])[None].astype(np.float32) / 255
    varied = augmented(np.repeat(upright, 500, axis=0), Augmentation(thickness=1), [1, 2])
    widths = varied[:, 10:18].sum(axis=2).mean(axis=1)
    assert 3.2 < widths.max() <= 3.55
    assert 1.45 <= widths.min() < 1.8
    assert varied[:, :, [8, 20]].max() == 0


def test_a_stroke_in_the_graph_equals_a_stroke_of_the_pen() -> None:
    rng = np.random.default_rng(3)
    ends, widths = rng.uniform(4, 24, (20, 2, 2)), rng.uniform(1.5, 4, 20)
    parts = [tf.constant(ends[:, end, axis] - 0.5, tf.float32) for end in (0, 1) for axis in (0, 1)]
    ours = line((parts[0], parts[1]), (parts[2], parts[3]), tf.constant(widths, tf.float32)).numpy()
    expected = np.stack([draw((stroke,), width) for stroke, width in zip(ends, widths, strict=True)])
    assert np.abs(ours - expected).max() < 0.15
    assert np.abs(ours - expected).mean() < 0.005


@pytest.mark.parametrize("label", [1, 7, 9])
def test_pen_forms_add_ink_to_their_digits_and_keep_them_centred(label: int) -> None:
    images = some_digits(label)
    written = augmented(images, Augmentation(pen_forms=1), [1, 2], label)
    assert (written.sum(axis=(1, 2)) > images.sum(axis=(1, 2)) + 1).mean() > 0.95
    centres = np.array([ndimage.center_of_mass(image) for image in written])
    np.testing.assert_allclose(centres, 14, atol=0.1)
    half = augmented(images, Augmentation(pen_forms=0.5), [1, 2], label)
    assert 0.4 < (half != images).any(axis=(1, 2)).mean() < 0.6


def test_flag_foot_bar_and_tail_are_in_their_places() -> None:
    stem: Images = np.repeat(digit_from_strokes([[(0, 0), (0, 10)]])[None].astype(np.float32) / 255, 300, axis=0)
    one, seven, nine = (augmented(stem, Augmentation(pen_forms=1), [1, 2], label) for label in (1, 7, 9))
    # `left` and `right` hold the ink on either side of the stem, by thirds of the height.
    thirds = [
        np.array([[part.sum(axis=(0, 1)) for part in np.split(some[:, 4:25], 3, axis=1)] for some in (forms,)])[0]
        for forms in (one, seven, nine)
    ]
    left, right = (np.array([third[:, side].sum(axis=1) for third in thirds]) for side in (slice(0, 11), slice(18, 28)))
    assert left[0, 0] + left[0, 1] > 3 * (right[0, 0] + right[0, 1])  # the flag
    assert right[0, 2] > 0  # the foot
    assert left[1].argmax() == right[1].argmax() == 1  # the bar
    assert left[2].argmax() == 2  # the tail
    assert left[2, 2] > 3 * right[2, 2]


def test_other_digits_have_no_pen_forms() -> None:
    images = some_digits(2, 20)
    np.testing.assert_array_equal(augmented(images, Augmentation(pen_forms=1), [1, 2], 2), images)


def test_the_same_seed_gives_the_same_augmentation() -> None:
    images = some_digits(7, 20)
    first, again, step, seed = (augmented(images, EVERYTHING, seed, 7) for seed in ([0, 1], [0, 1], [0, 2], [1, 1]))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, step)
    assert not np.array_equal(first, seed)
    assert first.min() >= 0
    assert first.max() <= 1


def test_non_digits_have_their_share_and_their_label() -> None:
    images = some_digits(3, 400)
    labels = tf.fill([400], 3)
    varied, marks = add_non_digits(tf.constant(images), labels, 0.25, tf.constant([1, 2], tf.int64))
    is_non_digit = marks.numpy() == NON_DIGIT
    assert 0.18 < is_non_digit.mean() < 0.32
    assert set(marks.numpy()[~is_non_digit]) == {3}
    np.testing.assert_array_equal(varied.numpy()[~is_non_digit], images[~is_non_digit])
    assert (varied.numpy()[is_non_digit] != images[is_non_digit]).any(axis=(1, 2)).all()
    centres = [ndimage.center_of_mass(image) for image in varied.numpy()[is_non_digit]]
    # One in 200 is so lopsided that a stroke leaves the image when it is centred.
    assert (np.abs(np.array(centres) - 14).max(axis=1) < 0.1).mean() > 0.98


def test_no_non_digit_is_a_mirrored_digit_that_stays_a_digit() -> None:
    # A mirrored or turned 0 is still a 0, so each non-digit of a 0 is crossed or drawn anew.
    zeros = some_digits(0, 300)
    varied, _ = add_non_digits(tf.constant(zeros), tf.fill([300], 0), 1.0, tf.constant([1, 2], tf.int64))
    reflected = (zeros[:, :, ::-1], zeros.transpose(0, 2, 1)[:, ::-1])
    assert min(float(np.abs(varied.numpy() - each).mean(axis=(1, 2)).min()) for each in reflected) > 0.01


SEED = tf.constant([7, 1], tf.int64)


def number_of_strokes(strokes: Images) -> NDArray[np.int64]:
    """How many strokes have a length, (count,), of (count, strokes, ends, 2)."""
    lengths = np.abs(strokes[:, :, 1] - strokes[:, :, 0]).max(axis=2)
    numbers: NDArray[np.int64] = (lengths > 0).sum(axis=1)
    return numbers


def test_a_zigzag_joins_corners_by_three_to_six_strokes() -> None:
    strokes: Images = non_digits._zigzag(4000, SEED).numpy()
    numbers = number_of_strokes(strokes)
    np.testing.assert_allclose(np.bincount(numbers, minlength=7)[3:] / 4000, 0.25, atol=0.04)
    for shape, number in zip(strokes, numbers, strict=True):
        np.testing.assert_array_equal(shape[: number - 1, 1], shape[1:number, 0])


def test_a_capital_has_four_to_six_strokes_on_a_grid() -> None:
    strokes: Images = non_digits._capital(4000, SEED).numpy()
    assert set(np.unique(strokes)) == {0.0, 0.5, 1.0}
    # A stroke that is left out lies where the first one begins, as a dot does in one of 164 cases.
    is_left_out = (strokes == strokes[:, :1, :1]).all(axis=(2, 3))
    np.testing.assert_allclose(is_left_out[:, 3:].mean(axis=0), [0, 0.5, 0.75], atol=0.04)


def test_a_polygon_is_closed_and_has_three_or_four_sides() -> None:
    strokes: Images = non_digits._polygon(4000, SEED).numpy()
    numbers = number_of_strokes(strokes)
    assert set(numbers) == {3, 4}
    assert (numbers == 4).mean() == pytest.approx(0.5, abs=0.04)
    for shape, number in zip(strokes, numbers, strict=True):
        np.testing.assert_array_equal(shape[:number, 1], np.roll(shape[:number, 0], -1, axis=0))


def test_each_kind_of_strokes_occurs_as_often_as_it_should(monkeypatch: pytest.MonkeyPatch) -> None:
    def straight(across: float, down: float) -> Callable[[tf.Tensor, tf.Tensor], tf.Tensor]:
        return lambda count, _: tf.tile(tf.constant([[[[0.0, 0.0], [across, down]]]]), (count, 1, 1, 1))

    monkeypatch.setattr(non_digits, "_KINDS", (straight(1, 0), straight(0, 1), straight(1, 1)))
    ink: Images = non_digits._lines(tf.constant(4000), SEED).numpy()
    wide, high = ((ink.max(axis=axis) > 0).sum(axis=1) > 10 for axis in (1, 2))
    shares = [(wide & ~high).mean(), (high & ~wide).mean(), (wide & high).mean()]
    # Four standard errors of 4,000 draws are 0.03.
    np.testing.assert_allclose(shares, [0.35, 0.40, 0.25], atol=0.03)


def test_drawn_non_digits_have_the_ink_that_the_detector_learned_from() -> None:
    """Quantiles of 20,000 that the version of the bundled detector drew; here five standard errors are about 4."""
    ink = non_digits._lines(tf.constant(4000), SEED).numpy().sum(axis=(1, 2))
    found = [*np.quantile(ink, (0.05, 0.25, 0.5, 0.75, 0.95)), ink.mean(), ink.std()]
    np.testing.assert_allclose(found, [65.1, 91.3, 113.7, 139.7, 177.7, 116.9, 34.9], atol=4)
