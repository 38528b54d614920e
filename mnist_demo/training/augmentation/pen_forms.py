"""Pen forms that MNIST hardly has, added to MNIST's own digits in the graph.

Americans wrote MNIST, in boxes. Elsewhere a 7 has a bar through its stem, a 1 has a flag at its top and often a foot,
and a 9 has a tail that curls to the left; a network that never saw these forms reads 2, 7 and 3. Each form is one or
two straight strokes where the ink of the digit begins, ends or passes.
"""

import math

from mnist_demo.backend import tf
from mnist_demo.training.augmentation.resampling import spread, transform

_CENTRE_OF_MASS = 14.0
"""MNIST's centre of mass on both axes, in pixels from the middle of the first pixel."""

_INK = 0.4
"""Grey values (0–1) above this belong to the digit, not to its soft edge."""

_DRAWS = 8
"""Most random numbers for the strokes of one digit."""


def write_pen_forms(images: tf.Tensor, labels: tf.Tensor, share: float, seed: tf.Tensor) -> tf.Tensor:
    """Add a bar to some 7s, a flag, a foot or both to some 1s, and a tail to some 9s, and centre their mass again.

    Args:
        images: float32 (n, 28, 28), 0 to 1.
        labels: int32 (n,); digits other than 1, 7 and 9 stay as they are.
        share: The share of 1s, 7s and 9s that change, 0 to 1.
        seed: int64 (2,), for stateless random numbers.

    Returns:
        float32 (n, 28, 28), 0 to 1.
    """
    draws = tf.random.stateless_uniform((2 + _DRAWS, tf.shape(images)[0]), seed)
    for digit, strokes in ((1, _flag_and_foot), (7, _bar), (9, _tail)):
        # Three digits of ten have pen forms, so the strokes are computed for these alone.
        where = tf.where(tf.equal(labels, digit) & (draws[0] < share))  # (m, 1)
        chosen = tf.gather_nd(images, where)
        width, *rest = tf.unstack(tf.gather(draws[1:], where[:, 0], axis=1))
        ink = strokes(chosen, _between(1.6, 3.2, width), rest)
        images = tf.tensor_scatter_nd_update(images, where, centred(tf.maximum(chosen, ink)))
    return images


def _flag_and_foot(ones: tf.Tensor, width: tf.Tensor, draws: list[tf.Tensor]) -> tf.Tensor:
    """Draw flags from the top of the stem down to the left, and level feet at its end: ink, (m, 28, 28)."""
    which, second, length, slope, swing, left, right, tilt, *_ = draws
    first, last = _first_and_last_row(ones)
    x, y = _middle_of_row(ones, first + 0.5), first + width / 2 - 0.5
    length, angle = _between(4.0, 13.0, length), _between(math.radians(25), math.radians(70), slope)
    end = (x - length * tf.sin(angle), y + length * tf.cos(angle))
    # A flag has a swing: the middle of its stroke lies a little to one side of the straight line.
    sag = length * _between(-0.25, 0.2, swing)
    turn = (
        x - 0.5 * length * tf.sin(angle) + sag * tf.cos(angle),
        y + 0.5 * length * tf.cos(angle) + sag * tf.sin(angle),
    )
    flag = tf.maximum(line((x, y), turn, width), line(turn, end, width))
    x, y = _middle_of_row(ones, last - 0.5), last - width / 2 + 0.5
    # A foot reaches farther to the left than to the right, or is a hook.
    left, right = _between(2.5, 6.5, left), _between(-1.5, 6.0, right)
    rise = _between(-0.15, 0.15, tilt)
    foot = line((x - left, y + left * rise), (x + tf.maximum(right, 0.0), y - right * rise), width)
    # Four in five have a flag. Half of these have a foot, and so has each of the rest.
    has_flag, has_foot = which < 0.8, (which >= 0.8) | (second < 0.5)
    return tf.maximum(_if(has_flag, flag), _if(has_foot, foot))


def _bar(sevens: tf.Tensor, width: tf.Tensor, draws: list[tf.Tensor]) -> tf.Tensor:
    """Draw bars across the middle of the stem, which rise to the right more often than they fall: ink, (m, 28, 28)."""
    height, aside, half, tilt, *_ = draws
    first, last = _first_and_last_row(sevens)
    y = first + (last - first) * _between(0.4, 0.75, height)
    x = _middle_of_row(sevens, y) + _between(-2.0, 1.0, aside)
    half = _between(2.5, 6.0, half)
    rise = half * _between(-0.17, 0.33, tilt)
    return line((x - half, y + rise), (x + half, y - rise), width)


def _tail(nines: tf.Tensor, width: tf.Tensor, draws: list[tf.Tensor]) -> tf.Tensor:
    """Draw tails from the end of the stem to the left, whose last part often turns up: ink, (m, 28, 28)."""
    length, curl, *_ = draws
    _, last = _first_and_last_row(nines)
    x, y = _middle_of_row(nines, last - 1.0), last - width / 2 + 0.5
    length = _between(3.0, 10.0, length)
    turn = (x - 0.6 * length, y)
    end = (x - length, y - tf.maximum(length * _between(-0.15, 0.35, curl), -1.0))
    return tf.maximum(line((x, y - 0.5), turn, width), line(turn, end, width))


def _between(low: float, high: float, draw: tf.Tensor) -> tf.Tensor:
    return low + (high - low) * draw


def _if(condition: tf.Tensor, ink: tf.Tensor) -> tf.Tensor:
    return spread(tf.cast(condition, tf.float32)) * ink


def _first_and_last_row(images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the first and the last row with ink, float32 (m,) each."""
    inked = tf.cast(tf.reduce_max(images, axis=2) > _INK, tf.float32)  # (m, 28)
    first = tf.argmax(inked, axis=1)
    last = 27 - tf.argmax(inked[:, ::-1], axis=1)
    return tf.cast(first, tf.float32), tf.cast(last, tf.float32)


def _middle_of_row(images: tf.Tensor, row: tf.Tensor) -> tf.Tensor:
    """Return the column about which the ink in and near a row balances, float32 (m,)."""
    nearness = tf.exp(-(((tf.range(28.0) - row[:, tf.newaxis]) / 0.8) ** 2))  # (m, 28)
    ink = tf.matmul(nearness[:, tf.newaxis], images)[:, 0]  # (m, 28)
    return tf.linalg.matvec(ink, tf.range(28.0)) / (tf.reduce_sum(ink, axis=1) + 1e-6)


def line(start: tuple[tf.Tensor, tf.Tensor], end: tuple[tf.Tensor, tf.Tensor], width: tf.Tensor) -> tf.Tensor:
    """Draw a straight stroke of a round pen, anti-aliased; a stroke without length is a dot: ink, (m, 28, 28)."""
    x = tf.range(28.0)[tf.newaxis, tf.newaxis, :] - spread(start[0])  # (m, 1, 28), from the start
    y = tf.range(28.0)[tf.newaxis, :, tf.newaxis] - spread(start[1])
    along, down = spread(end[0] - start[0]), spread(end[1] - start[1])
    nearest = tf.clip_by_value((x * along + y * down) / (along**2 + down**2 + 1e-6), 0.0, 1.0)
    distance = tf.sqrt((x - nearest * along) ** 2 + (y - nearest * down) ** 2)
    return tf.clip_by_value(spread(width / 2 + 0.5) - distance, 0.0, 1.0)


def centred(images: tf.Tensor) -> tf.Tensor:
    """Move each image's centre of mass to MNIST's, as MNIST's authors did."""
    ink = tf.reduce_sum(images, axis=[1, 2]) + 1e-6
    columns, rows = tf.reduce_sum(images, axis=1), tf.reduce_sum(images, axis=2)
    x = tf.linalg.matvec(columns, tf.range(28.0)) / ink - _CENTRE_OF_MASS
    y = tf.linalg.matvec(rows, tf.range(28.0)) / ink - _CENTRE_OF_MASS
    zeros, ones = tf.zeros_like(x), tf.ones_like(x)
    return transform(images, [ones, zeros, x, zeros, ones, y])
