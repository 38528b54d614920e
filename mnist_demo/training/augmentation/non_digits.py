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
    """Draw a few straight strokes of one of three kinds, whose longer side has 20 pixels: ink, (count, 28, 28).

    The kinds are random corners joined by three to six strokes; four to six strokes between points of a grid of three
    by three, as in most capital letters; and closed shapes of three or four corners.
    """
    draws = tf.random.stateless_uniform((2, 2, count, _STROKES), seed)
    width, number, kind = tf.unstack(tf.random.stateless_uniform((3, count, 1), seed + 1))
    # The grid gets at least four strokes, because fewer strokes, some of them dots, are too often a 1 or a 7.
    strokes = tf.maximum(3 + tf.floor(number * (_STROKES - 2)), tf.where(kind < 0.35, 3.0, 4.0))
    slots = tf.range(_STROKES, dtype=tf.float32)

    corners = draws[0]  # (2, count, strokes), 0 to 1
    joined = tf.roll(corners, -1, axis=2)
    grid = tf.round(draws * 2) / 2
    sides = 3 + tf.round(number)
    angles = 2 * math.pi * (tf.minimum(slots, sides) + 0.3 * draws[0, 0] + draws[1, 0, :, :1]) / sides
    angles = tf.where(slots < sides, angles, angles[:, :1] + 2 * math.pi)
    shape = tf.stack([tf.cos(angles), tf.sin(angles) * (0.6 + 0.6 * draws[1, 1, :, :1])])

    starts = tf.where(kind < 0.35, corners, tf.where(kind < 0.75, grid[0], shape))
    ends = tf.where(kind < 0.35, joined, tf.where(kind < 0.75, grid[1], tf.roll(shape, -1, axis=2)))
    drawn = tf.where(kind < 0.75, slots < strokes, slots < sides)  # (count, strokes)

    # The strokes that are left out have no length and begin where the first stroke begins.
    starts, ends = (tf.where(drawn, part, starts[:, :, :1]) for part in (starts, ends))

    points = tf.concat([starts, ends], axis=2)
    low = tf.reduce_min(points, axis=2, keepdims=True)
    size = tf.reduce_max(tf.reduce_max(points, axis=2, keepdims=True) - low, axis=0) + 1e-3
    starts, ends = (5.0 + 17.5 * (part - low) / size for part in (starts, ends))
    width = 1.6 + 1.8 * width[:, 0]
    ink = tf.zeros((count, 28, 28))
    for slot in range(_STROKES):
        (x0, y0), (x1, y1) = tf.unstack(starts[:, :, slot]), tf.unstack(ends[:, :, slot])
        ink = tf.maximum(ink, line((x0, y0), (x1, y1), width))
    return ink
