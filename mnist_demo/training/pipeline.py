"""Batches for the trainer: uint8 pixels stay in memory and are gathered, scaled and augmented in the graph.

Every random choice is a function of the seed, the epoch and the batch alone, so a resumed run sees the batches of an
uninterrupted run.
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
    """Return all batches of a training; each epoch has an order of its own.

    Args:
        split: The training images; the training uses the first `settings.train_images`.
        settings: The batch size, the epochs and the augmentation.
        seed: The seed of the orders and of the augmentation.
        first_epoch: The epoch to begin with, counted from 0.
        first_batch: The batch of that epoch to begin with, counted from 0.
        last_epoch: The epoch to end before; the settings' number of epochs by default.

    Returns:
        A dataset of (float32 (n, 28, 28, 1) in [0, 1], int32 (n,)); the last batch of an epoch may be smaller. Images
        that augmentation turned into non-digits have the label `NON_DIGIT`.
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
    # AutoGraph has nothing to convert here, and takes 0.1 s to find that out.
    unconverted = tf.autograph.experimental.do_not_convert
    batches = epochs.flat_map(unconverted(order)).skip(first_batch)
    return _untuned(batches.map(unconverted(batch)).prefetch(2))


def validation_batches(split: Split, settings: TrainingSettings, batch_size: int) -> tf.data.Dataset:
    """Return the first `settings.validation_images` images of a split in batches, scaled once and cached.

    Returns:
        A dataset of (float32 (n, 28, 28, 1) in [0, 1], int32 (n,)) in the split's order.
    """
    count = settings.validation_images
    images = split.images[:count].astype("float32")[..., None] / 255.0
    labels = split.labels[:count].astype("int32")
    return _untuned(tf.data.Dataset.from_tensor_slices((images, labels)).batch(batch_size).cache())


def _untuned(dataset: tf.data.Dataset) -> tf.data.Dataset:
    """Return the dataset without tf.data's tuner, whose thread delays the end of `fit` by three seconds."""
    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)
