"""Batches for the trainer: resident uint8 pixels, gathered, scaled and augmented in the graph.

Every random choice is a function of the seed, the epoch and the batch, never of what ran before: a run that is taken up
again sees the batches that an uninterrupted one would have seen.
"""

import math

from mnist_demo.backend import tf
from mnist_demo.data import Split
from mnist_demo.data.augmentation import Augmentation
from mnist_demo.settings import TrainingSettings

_CENTRE = 13.5
"""Middle of the 28 pixels, counted from the centre of the first."""


def training_batches(split: Split, settings: TrainingSettings, seed: int) -> tf.data.Dataset:
    """All batches of a training, epoch after epoch, each epoch in an order of its own.

    Args:
        split: the training images; the first `settings.train_images` are used.
        settings: batch size, epochs and augmentation.
        seed: where the orders and the augmentation start.

    Returns:
        A dataset of (float32 (n, 28, 28, 1) in [0, 1], int32 (n,)); the last batch of an epoch may be smaller.
    """
    count = settings.train_images
    images = tf.constant(split.images[:count])  # uint8 (count, 28, 28)
    labels = tf.constant(split.labels[:count].astype("int32"))  # (count,)
    steps, size = settings.steps(), settings.batch_size

    def order(epoch: tf.Tensor) -> tf.data.Dataset:
        shuffled = tf.random.experimental.stateless_shuffle(tf.range(count), seed=[seed, tf.cast(epoch, tf.int32)])
        return tf.data.Dataset.range(steps).map(
            lambda step: (shuffled[step * size : tf.minimum((step + 1) * size, count)], epoch * steps + step)
        )

    def batch(indices: tf.Tensor, step: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        pixels = tf.cast(tf.gather(images, indices), tf.float32)[..., tf.newaxis] / 255.0
        if settings.augmentation.is_active:
            pixels = augment(pixels, settings.augmentation, tf.stack([tf.constant(seed, tf.int64), step]))
        return pixels, tf.gather(labels, indices)

    batches = tf.data.Dataset.range(settings.epochs).flat_map(order)
    return _untuned(batches.map(batch).prefetch(2))


def validation_batches(split: Split, settings: TrainingSettings, batch_size: int = 500) -> tf.data.Dataset:
    """The first `settings.validation_images` images of a split, scaled once and kept.

    Returns:
        A dataset of (float32 (n, 28, 28, 1) in [0, 1], int32 (n,)) in the split's order.
    """
    count = settings.validation_images
    images = split.images[:count].astype("float32")[..., None] / 255.0
    labels = split.labels[:count].astype("int32")
    return _untuned(tf.data.Dataset.from_tensor_slices((images, labels)).batch(batch_size).cache())


def _untuned(dataset: tf.data.Dataset) -> tf.data.Dataset:
    """Without tf.data's tuner: nothing is left to it, and its thread holds up the end of `fit` for three seconds."""
    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)


def augment(pixels: tf.Tensor, augmentation: Augmentation, seed: tf.Tensor) -> tf.Tensor:
    """Each image turned, sheared, zoomed and shifted by its own random amounts in one bilinear resampling.

    Args:
        pixels: float32 (n, 28, 28, 1).
        augmentation: the largest amount of each, drawn uniformly from both signs.
        seed: int64 (2,), for stateless random numbers.

    Returns:
        float32 (n, 28, 28, 1); what comes in from outside is black.
    """
    count = tf.shape(pixels)[0]
    draws = tf.random.stateless_uniform((6, count), seed, -1.0, 1.0)
    angle = draws[0] * math.radians(augmentation.rotation)
    shear = tf.tan(draws[1] * math.radians(augmentation.shear))
    zoom_x = 1.0 / (1.0 + draws[2] * augmentation.zoom)
    zoom_y = 1.0 / (1.0 + draws[3] * augmentation.zoom)
    # The transform maps output to input pixels: rotation · shear · zoom about the centre, then the shift.
    cos, sin = tf.cos(angle), tf.sin(angle)
    a0, a1 = cos * zoom_x, (cos * shear - sin) * zoom_y
    b0, b1 = sin * zoom_x, (sin * shear + cos) * zoom_y
    a2 = _CENTRE - a0 * _CENTRE - a1 * _CENTRE + draws[4] * augmentation.shift
    b2 = _CENTRE - b0 * _CENTRE - b1 * _CENTRE + draws[5] * augmentation.shift
    zeros = tf.zeros_like(a0)
    transforms = tf.stack([a0, a1, a2, b0, b1, b2, zeros, zeros], axis=1)  # (n, 8)
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=pixels,
        transforms=transforms,
        output_shape=[28, 28],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )
