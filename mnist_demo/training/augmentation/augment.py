"""Training images varied in the graph: moved, bent, with strokes thicker or thinner, written in another way.

Every random choice comes from the seed that is handed in.
"""

import math

import numpy as np
from numpy.typing import NDArray

from mnist_demo.backend import tf
from mnist_demo.experiment.augmentation import Augmentation
from mnist_demo.training.augmentation.non_digits import add_non_digits
from mnist_demo.training.augmentation.pen_forms import write_pen_forms
from mnist_demo.training.augmentation.resampling import CENTRE, resample, spread, transform

SPACING = 27 / 4
"""Pixels between two control points of the bending: about the width of a loop."""

_CONTROLS = 7
"""Along each axis: five from edge to edge, and one beyond each end, as a cubic spline needs."""

_EDGE_GAIN = 2.5
"""Makes an edge that was blurred rise within one pixel again."""


def augment(
    images: tf.Tensor, labels: tf.Tensor, augmentation: Augmentation, seed: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Each image varied by its own random amounts.

    Args:
        images: float32 (n, 28, 28), 0 to 1.
        labels: int32 (n,); some ways of writing belong to one digit.
        augmentation: the largest amount of each change, drawn uniformly from both signs.
        seed: int64 (2,), for stateless random numbers; the first one below 2³².

    Returns:
        The images, black beyond their edges, and their labels: `NON_DIGIT` for non-digits.
    """
    if augmentation.non_digits:
        images, labels = add_non_digits(images, labels, augmentation.non_digits, _stream(seed, 4))
    if augmentation.pen_forms:
        images = write_pen_forms(images, labels, augmentation.pen_forms, _stream(seed, 1))
    if augmentation.elastic:
        images = _bent(images, augmentation, seed)
    elif augmentation.moves:
        images = transform(images, _affine(tf.shape(images)[0], augmentation, seed))
    if augmentation.thickness:
        images = _inked(images, augmentation.thickness, _stream(seed, 3))
    return images, labels


def _stream(seed: tf.Tensor, number: int) -> tf.Tensor:
    """A seed of its own for each kind of change, so that one does not follow from another."""
    return seed + tf.constant([number << 32, 0], tf.int64)


def _affine(count: tf.Tensor, augmentation: Augmentation, seed: tf.Tensor) -> list[tf.Tensor]:
    """The maps from output to input pixels, x = a0·x' + a1·y' + a2 and y = b0·x' + b1·y' + b2: six of (n,)."""
    draws = tf.random.stateless_uniform((6, count), seed, -1.0, 1.0)
    angle = draws[0] * math.radians(augmentation.rotation)
    shear = tf.tan(draws[1] * math.radians(augmentation.shear))
    zoom_x = 1.0 / (1.0 + draws[2] * augmentation.zoom)
    zoom_y = 1.0 / (1.0 + draws[3] * augmentation.zoom)
    # Rotation · shear · zoom about the centre, then the shift.
    cos, sin = tf.cos(angle), tf.sin(angle)
    a0, a1 = cos * zoom_x, (cos * shear - sin) * zoom_y
    b0, b1 = sin * zoom_x, (sin * shear + cos) * zoom_y
    a2 = CENTRE - a0 * CENTRE - a1 * CENTRE + draws[4] * augmentation.shift
    b2 = CENTRE - b0 * CENTRE - b1 * CENTRE + draws[5] * augmentation.shift
    return [a0, a1, a2, b0, b1, b2]


def _bent(images: tf.Tensor, augmentation: Augmentation, seed: tf.Tensor) -> tf.Tensor:
    """Turned, sheared, zoomed and shifted and, in the same resampling, each point displaced by a smooth random field.

    After P. Simard, D. Steinkraus and J. Platt, "Best practices for convolutional neural networks applied to visual
    document analysis", ICDAR 2003; a spline through a few random displacements is as smooth as their blurred noise
    and cheaper.
    """
    count = tf.shape(images)[0]
    a0, a1, a2, b0, b1, b2 = (spread(part) for part in _affine(count, augmentation, seed))
    basis = tf.constant(spline_basis())
    controls = tf.random.stateless_uniform((2, count, _CONTROLS, _CONTROLS), _stream(seed, 2), -1.0, 1.0)
    # (28, 7) · (2, n, 7, 7) · (7, 28)
    field = augmentation.elastic * tf.matmul(tf.matmul(basis, controls), basis, transpose_b=True)
    x = tf.range(28.0)[tf.newaxis, tf.newaxis, :]
    y = tf.range(28.0)[tf.newaxis, :, tf.newaxis]
    return resample(images, a0 * x + a1 * y + a2 + field[0], b0 * x + b1 * y + b2 + field[1])


def spline_basis() -> NDArray[np.float32]:
    """What each control point adds to each pixel along one axis in a uniform cubic B-spline.

    Returns:
        float32 (28, 7), not below 0, rows summing to 1: no point moves farther than the farthest control point.
    """
    basis = np.zeros((28, _CONTROLS), np.float32)
    for pixel in range(28):
        piece = min(int(pixel / SPACING), _CONTROLS - 4)
        t = pixel / SPACING - piece
        basis[pixel, piece : piece + 4] = (
            (1 - t) ** 3 / 6,
            (3 * t**3 - 6 * t**2 + 4) / 6,
            (-3 * t**3 + 3 * t**2 + 3 * t + 1) / 6,
            t**3 / 6,
        )
    return basis


def _inked(images: tf.Tensor, most: float, seed: tf.Tensor) -> tf.Tensor:
    """Strokes wider or narrower by up to `most` pixels, and edges sharper by a random share, as a pen leaves them.

    A blurred edge is a ramp; where it is cut decides how wide the stroke is.
    """
    draws = tf.random.stateless_uniform((2, tf.shape(images)[0], 1, 1), seed)
    padded = tf.pad(images, [[0, 0], [1, 1], [1, 1]])
    down = padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]
    blurred = (down[:, :, :-2] + 2 * down[:, :, 1:-1] + down[:, :, 2:]) / 16
    wider = (draws[0] - 0.5) * most  # at each edge of the stroke
    cut = tf.clip_by_value(0.5 + (blurred - 0.5) * _EDGE_GAIN + wider, 0.0, 1.0)
    return images + draws[1] * (cut - images)
