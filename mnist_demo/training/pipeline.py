"""Batches for the trainer: resident uint8 pixels, gathered, scaled and augmented in the graph.

Every random choice is a function of the seed, the epoch and the batch, never of what ran before: a run that is taken up
again sees the batches that an uninterrupted one would have seen.
"""

from mnist_demo.backend import tf
from mnist_demo.data import Split
from mnist_demo.experiment.settings import TrainingSettings
from mnist_demo.training.augmentation.augment import augment


def training_batches(
    split: Split,
    settings: TrainingSettings,
    seed: int,
    *,
    first_epoch: int = 0,
    first_batch: int = 0,
    last_epoch: int | None = None,
) -> tf.data.Dataset:
    """All batches of a training, epoch after epoch, each epoch in an order of its own.

    Args:
        split: the training images; the first `settings.train_images` are used.
        settings: batch size, epochs and augmentation.
        seed: where the orders and the augmentation start.
        first_epoch: the epoch to begin with, counted from 0.
        first_batch: the batch of that epoch to begin with, counted from 0.
        last_epoch: the epoch to end before; the settings' number of epochs by default.

    Returns:
        A dataset of (float32 (n, 28, 28, 1) in [0, 1], int32 (n,)); the last batch of an epoch may be smaller. What
        augmentation made no digit has the label `STRANGER`.
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
        pixels, answers = tf.cast(tf.gather(images, indices), tf.float32) / 255.0, tf.gather(labels, indices)
        if settings.augmentation.is_active:
            start = tf.stack([tf.constant(seed, tf.int64), step])
            pixels, answers = augment(pixels, answers, settings.augmentation, start)
        return pixels[..., tf.newaxis], answers

    epochs = tf.data.Dataset.range(first_epoch, settings.epochs if last_epoch is None else last_epoch)
    # Nothing here is for AutoGraph, which would take 0.1 s to find that out.
    unconverted = tf.autograph.experimental.do_not_convert
    batches = epochs.flat_map(unconverted(order)).skip(first_batch)
    return _untuned(batches.map(unconverted(batch)).prefetch(2))


def validation_batches(split: Split, settings: TrainingSettings, batch_size: int) -> tf.data.Dataset:
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
