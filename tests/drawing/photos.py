"""Synthetic photos of MNIST's digits, as from a camera or a scanner."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Pixels = NDArray[np.uint8]


def photo(digit: Pixels, seed: int) -> Image.Image:
    """Make a photo of a digit on paper, of random place, size and polarity, in uneven light, with grain and specks.

    Args:
        digit: uint8 (28, 28), white ink on black.
        seed: The seed of all random choices.
    """
    rng = np.random.default_rng(seed)
    width, height = int(rng.integers(300, 900)), int(rng.integers(300, 900))
    side = int(min(width, height) * rng.uniform(0.25, 0.8))
    ink = np.asarray(Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC), np.float64) / 255
    share = np.zeros((height, width))
    left, top = int(rng.integers(4, width - side - 3)), int(rng.integers(4, height - side - 3))
    share[top : top + side, left : left + side] = np.clip(ink, 0, 1)
    for _ in range(int(rng.integers(0, 4))):  # draws specks
        y, x = int(rng.integers(0, height - 3)), int(rng.integers(0, width - 3))
        share[y : y + 2, x : x + 2] = 1
    rows, columns = np.mgrid[0:height, 0:width]
    direction = rng.normal(size=2)
    slope = (rows / height - 0.5) * direction[0] + (columns / width - 0.5) * direction[1]
    light = 1 + 0.25 * slope / max(1.0, float(np.abs(slope).max()) * 2)
    if rng.random() < 0.4:  # draws a shadow with an edge
        light *= np.where((rows - height * rng.uniform(0.2, 0.8)) * direction[1] > columns - width / 2, 0.7, 1.0)
    dark, bright = rng.uniform(10, 70), rng.uniform(160, 235)
    paper, pen = (bright, dark) if rng.random() < 0.6 else (dark, bright)
    noise = Image.fromarray(rng.integers(0, 256, (height, width), dtype=np.uint8))
    grain = (np.asarray(noise.filter(ImageFilter.GaussianBlur(2)), np.float64) - 128) / 4
    picture = (paper + (pen - paper) * share) * light + grain + rng.normal(0, 4, (height, width))
    return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))


def encoded(picture: Image.Image, format: str = "PNG", **options: object) -> bytes:
    """Return a picture as a file's content."""
    file = io.BytesIO()
    picture.save(file, format, **options)
    return file.getvalue()
