"""Non-digits for outlier exposure, made in the graph from digits and from straight strokes.

Source: D. Hendrycks, M. Mazeika and T. Dietterich, "Deep anomaly detection with outlier exposure", ICLR 2019. A network
that learns ten equal probabilities for some outliers is unsure of other outliers too. A rotated or mirrored digit has
the strokes of writing and no meaning; a few straight strokes make letters and shapes.
"""

import math

from mnist_demo.backend import tf
from mnist_demo.training.augmentation.pen_forms import centred, line

NON_DIGIT = -1
"""The label of a non-digit."""

_STROKES = 6
"""Most strokes in a drawn non-digit."""

_LAID_DOWN = (0, 0, 1, 1, 1, 1, 1, 1, 0, 1)
"""1 for each digit that a quarter turn makes a non-digit. A turned 1 may still be a 1, because many 1s lean far."""

_CROSSED = (1, 0, 1, 1, 1, 1, 1, 0, 1, 1)
"""1 for each digit that another digit across makes a non-digit. A 1 may become a 4, and a 7 gets a bar."""

_MIRRORED = (0, 0, 0, 1, 0, 0, 1, 1, 0, 1)
"""1 for each digit that mirroring makes a non-digit. 0, 1, 4 and 8 stay digits, and 2 and 5 become each other."""


def add_non_digits(images: tf.Tensor, labels: tf.Tensor, share: float, seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Turn a share of the digits into non-digits.

    Args:
        images: float32 (n, 28, 28), 0 to 1.
        labels: int32 (n,), the digits 0 to 9.
        share: The share of the digits, 0 to 1.
        seed: int64 (2,), for stateless random numbers.

    Returns:
        The images, and the labels with `NON_DIGIT` for the non-digits.
    """
    draws = tf.random.stateless_uniform((2, tf.shape(images)[0]), seed)
    where = tf.where(draws[0] < share)  # (m, 1)
    digits, kinds, kind = tf.gather_nd(images, where), tf.gather_nd(labels, where), tf.gather_nd(draws[1], where)
    laid_down = tf.transpose(digits, [0, 2, 1])[:, ::-1]
    mirrored = digits[:, :, ::-1]
    crossed = tf.maximum(digits, tf.roll(laid_down, 1, axis=0))
    drawn = _lines(tf.shape(digits)[0], seed + 1)

    def allowed(those: tuple[int, ...]) -> tf.Tensor:
        return tf.gather(tf.constant(those), kinds) > 0

    non_digits = drawn
    for chosen, made in (
        ((kind < 0.25) & allowed(_CROSSED), crossed),
        ((kind >= 0.25) & (kind < 0.4) & allowed(_MIRRORED), mirrored),
        ((kind >= 0.4) & (kind < 0.6) & allowed(_LAID_DOWN), laid_down),
    ):
        non_digits = tf.where(chosen[:, tf.newaxis, tf.newaxis], made, non_digits)
    marks = tf.fill(tf.shape(kinds), NON_DIGIT)
    return (
        tf.tensor_scatter_nd_update(images, where, centred(non_digits)),
        tf.tensor_scatter_nd_update(labels, where, marks),
    )


def _lines(count: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Draw a few straight strokes, the longer side 20 pixels, of one of three kinds: ink, (count, 28, 28)."""
    own, *seeds = tf.unstack(tf.random.split(seed, 1 + len(_KINDS)))
    draws = tf.random.stateless_uniform((2, count), own)
    width = 1.6 + 1.8 * draws[0]
    kind = tf.searchsorted(tf.constant(_SHARES), draws[1], side="right")
    shapes = tf.stack([draw(count, seed) for draw, seed in zip(_KINDS, seeds, strict=True)], axis=1)
    chosen = tf.gather(shapes, kind, axis=1, batch_dims=1)  # (count, strokes, ends, 2)
    low = tf.reduce_min(chosen, axis=[1, 2], keepdims=True)
    size = tf.reduce_max(chosen - low, axis=[1, 2, 3], keepdims=True) + 1e-3
    placed = 5.0 + 17.5 * (chosen - low) / size
    ink = tf.zeros((count, 28, 28))
    for stroke in tf.unstack(placed, axis=1):
        start, end = (tuple(tf.unstack(point, axis=1)) for point in tf.unstack(stroke, axis=1))
        ink = tf.maximum(ink, line(start, end, width))
    return ink


def _zigzag(count: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Join corners anywhere by three to six strokes: (count, strokes, ends, 2)."""
    draws = tf.random.stateless_uniform((count, 2 * _STROKES + 1), seed)
    corners = tf.reshape(draws[:, 1:], (count, _STROKES, 2))
    return _first(3 + tf.floor(4 * draws[:, 0]), corners, tf.roll(corners, -1, axis=1))


def _capital(count: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Draw four to six strokes between points of a grid of three by three, as most capital letters are made.

    With three of them, some being dots, a 1 or a 7 would be too frequent.
    """
    draws = tf.random.stateless_uniform((count, 4 * _STROKES + 1), seed)
    starts, ends = tf.unstack(tf.reshape(tf.round(draws[:, 1:] * 2) / 2, (count, 2, _STROKES, 2)), axis=1)
    return _first(tf.maximum(3 + tf.floor(4 * draws[:, 0]), 4), starts, ends)


def _polygon(count: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Close three or four strokes to a shape, its corners about an ellipse: (count, strokes, ends, 2)."""
    draws = tf.random.stateless_uniform((count, _STROKES + 3), seed)
    sides = 3 + tf.round(draws[:, :1])
    slots = tf.range(_STROKES, dtype=tf.float32)
    angles = 2 * math.pi * (slots + 0.3 * draws[:, 3:] + draws[:, 1:2]) / sides
    corners = tf.stack([tf.cos(angles), (0.6 + 0.6 * draws[:, 2:3]) * tf.sin(angles)], axis=2)
    is_last = (slots == sides - 1)[..., tf.newaxis]
    return _first(sides[:, 0], corners, tf.where(is_last, corners[:, :1], tf.roll(corners, -1, axis=1)))


def _first(number: tf.Tensor, starts: tf.Tensor, ends: tf.Tensor) -> tf.Tensor:
    """Keep so many of the strokes; the others have no length and lie where the first one begins."""
    is_kept = tf.range(_STROKES, dtype=tf.float32) < number[:, tf.newaxis]
    return tf.where(is_kept[:, :, tf.newaxis, tf.newaxis], tf.stack([starts, ends], axis=2), starts[:, :1, tf.newaxis])


_KINDS = (_zigzag, _capital, _polygon)
_SHARES = (0.35, 0.75)
"""Where, from 0 to 1, the second kind of strokes begins and the third."""
