"""The batches that the trainer sees, checked with NumPy and with the data."""

import numpy as np

from mnist_demo.data import load_mnist
from mnist_demo.experiment.settings import TrainingSettings
from mnist_demo.training.pipeline import training_batches, validation_batches

SETTINGS = TrainingSettings(batch_size=64, epochs=2, train_images=500, validation_images=130)


def epochs() -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the images and labels of each epoch in the order of the batches."""
    batches = [(x.numpy(), y.numpy()) for x, y in training_batches(load_mnist().train, SETTINGS, seed=3)]
    assert [len(labels) for _, labels in batches] == [64, 64, 64, 64, 64, 64, 64, 52] * 2
    halves = batches[:8], batches[8:]
    return [(np.concatenate([x for x, _ in half]), np.concatenate([y for _, y in half])) for half in halves]


def test_each_epoch_has_every_image_once_in_an_order_of_its_own() -> None:
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
