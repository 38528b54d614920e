"""The batches that the trainer sees, against numpy and against the data themselves."""

import numpy as np
import pytest
from scipy import ndimage

from mnist_demo.backend import tf
from mnist_demo.data import Augmentation, load_mnist
from mnist_demo.settings import TrainingSettings
from mnist_demo.training.pipeline import augment, training_batches, validation_batches

SETTINGS = TrainingSettings(batch_size=64, epochs=2, train_images=500, validation_images=130)


def epochs() -> list[tuple[np.ndarray, np.ndarray]]:
    """Images and labels of each epoch in the order in which they come."""
    batches = [(x.numpy(), y.numpy()) for x, y in training_batches(load_mnist().train, SETTINGS, seed=3)]
    assert [len(labels) for _, labels in batches] == [64, 64, 64, 64, 64, 64, 64, 52] * 2
    halves = batches[:8], batches[8:]
    return [(np.concatenate([x for x, _ in half]), np.concatenate([y for _, y in half])) for half in halves]


def test_each_epoch_shows_every_image_once_in_an_order_of_its_own() -> None:
    split = load_mnist().train
    expected = np.sort((split.images[:500].reshape(500, -1) / np.float32(255)).sum(axis=1, dtype=np.float64))
    first, second = epochs()
    for images, labels in (first, second):
        assert images.dtype == np.float32
        assert images.shape == (500, 28, 28, 1)
        np.testing.assert_allclose(np.sort(images.sum(axis=(1, 2, 3), dtype=np.float64)), expected, rtol=1e-5)
        assert np.bincount(labels, minlength=10).tolist() == np.bincount(split.labels[:500], minlength=10).tolist()
    assert not np.array_equal(first[1], second[1])


def test_images_keep_their_labels() -> None:
    split = load_mnist().train
    label_of = {image.tobytes(): label for image, label in zip(split.images[:500], split.labels[:500], strict=True)}
    images, labels = epochs()[0]
    pixels = (images[..., 0] * 255).round().astype(np.uint8)
    assert [label_of[image.tobytes()] for image in pixels] == labels.tolist()


def test_validation_is_the_beginning_of_the_split_in_order() -> None:
    split = load_mnist().validation
    batches = list(validation_batches(split, SETTINGS, batch_size=50))
    labels = np.concatenate([labels.numpy() for _, labels in batches])
    images = np.concatenate([images.numpy() for images, _ in batches])
    assert labels.tolist() == split.labels[:130].tolist()
    np.testing.assert_array_equal(images[..., 0], split.images[:130].astype(np.float32) / 255)


def moments(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Centre of mass (y, x) and the covariance of the ink about it."""
    centre = np.array(ndimage.center_of_mass(image))
    grid = np.indices((28, 28)).reshape(2, -1) - centre[:, None]
    weights = image.ravel() / image.sum()
    return centre, (grid * weights) @ grid.T


def blob() -> np.ndarray:
    """A smooth upright bar in the middle: resampling it hardly blurs it further."""
    y, x = np.indices((28, 28)) - 13.5
    bar: np.ndarray = np.exp(-(y**2) / 40 - x**2 / 8).astype(np.float32)
    return bar


@pytest.mark.parametrize(
    "augmentation",
    [Augmentation(shift=3), Augmentation(rotation=30), Augmentation(zoom=0.2), Augmentation(shear=20)],
    ids=["shift", "rotation", "zoom", "shear"],
)
def test_augmentation_does_what_it_says(augmentation: Augmentation) -> None:
    image = blob()
    many = tf.constant(np.repeat(image[None, ..., None], 400, axis=0))
    varied = augment(many, augmentation, tf.constant([1, 2], tf.int64)).numpy()[..., 0]
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


def test_the_same_seed_varies_the_same_way() -> None:
    images = tf.constant(load_mnist().train.images[:20, ..., None].astype(np.float32) / 255)
    augmentation = Augmentation(rotation=15, shift=2, zoom=0.1, shear=10)
    first, again, other = (
        augment(images, augmentation, tf.constant(seed, tf.int64)).numpy() for seed in ([0, 1], [0, 1], [0, 2])
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert first.min() >= 0
    assert first.max() <= 1
