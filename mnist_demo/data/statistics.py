"""What a data set looks like: how many of each class, how they look on average, and a map of them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_demo.data.errors import DataError
from mnist_demo.data.limits import CLASSES, IMAGE_SIZE, PIXELS_PER_IMAGE
from mnist_demo.data.splits import Split

# 3 MB as uint16.
IMAGES_PER_CHUNK = 2048


@dataclass(frozen=True, eq=False)
class ClassImages:
    """Mean and spread of each class, in the unit of the pixels (0–255); all 0 for a class without images."""

    counts: NDArray[np.int64]
    """Images of each class, int64 (10,)."""
    mean: NDArray[np.float32]
    """float32 (10, 28, 28)."""
    spread: NDArray[np.float32]
    """Standard deviation (of the population), float32 (10, 28, 28)."""


@dataclass(frozen=True, eq=False)
class PcaMap:
    """A sample of images as points of a plane, by principal component analysis."""

    points: NDArray[np.float32]
    """float32 (n, 2): coordinates along the first and the second component, for pixels in [0, 1]."""
    labels: NDArray[np.uint8]
    """uint8 (n,)."""
    indices: NDArray[np.intp]
    """Where in the split each point's image is, (n,), ascending."""
    explained: tuple[float, float]
    """The fractions of the variance of the sample along the two components, 0 to 1."""


def class_counts(split: Split) -> NDArray[np.int64]:
    """Return how many images of each class there are, int64 (10,)."""
    return np.bincount(split.labels, minlength=CLASSES).astype(np.int64)


def class_images(split: Split) -> ClassImages:
    """Return the mean and the standard deviation of each pixel in each class.

    Sums of pixels and of squares are kept as whole numbers, and variance = (n Σx² - (Σx)²) / n², so nothing is lost to
    cancellation.
    """
    pixels = split.images.reshape(-1, PIXELS_PER_IMAGE)
    sums = np.zeros((CLASSES, PIXELS_PER_IMAGE), dtype=np.int64)
    squares = np.zeros((CLASSES, PIXELS_PER_IMAGE), dtype=np.int64)
    for label in range(CLASSES):
        members = np.flatnonzero(split.labels == label)
        for start in range(0, len(members), IMAGES_PER_CHUNK):
            # 255² fits into uint16, and a chunk of such squares into uint32.
            chunk = pixels[members[start : start + IMAGES_PER_CHUNK]].astype(np.uint16)
            sums[label] += chunk.sum(axis=0, dtype=np.uint32)
            np.square(chunk, out=chunk)
            squares[label] += chunk.sum(axis=0, dtype=np.uint32)
    counts = class_counts(split)
    n = np.maximum(counts, 1)[:, np.newaxis]
    shape = (CLASSES, IMAGE_SIZE, IMAGE_SIZE)
    return ClassImages(
        counts=counts,
        mean=(sums / n).astype(np.float32).reshape(shape),
        spread=(np.sqrt(n * squares - sums**2) / n).astype(np.float32).reshape(shape),
    )


def pca_map(split: Split, images: int = 3000, seed: int = 0) -> PcaMap:
    """Return the first two principal components of a random sample.

    The eigenvectors of the covariance of the pixels; each is turned so that its largest entry is positive,
    which makes the map the same wherever it is computed.

    Args:
        split: Where the images are taken from.
        images: How many, 2 or more; all of them if the split has fewer.
        seed: Decides which.

    Raises:
        DataError: If ``images`` is below 2.
    """
    if images < 2:
        raise DataError(f"A map of {images} images cannot be drawn: accepted are 2 or more.")
    size = min(images, len(split))
    indices = np.sort(np.random.default_rng(seed).choice(len(split), size=size, replace=False))
    pixels = split.images[indices].reshape(size, PIXELS_PER_IMAGE).astype(np.float64)
    pixels /= 255
    pixels -= pixels.mean(axis=0)
    # eigh gives the variances in ascending order.
    variances, components = np.linalg.eigh(pixels.T @ pixels)
    axes = components[:, :-3:-1]  # (784, 2)
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), (0, 1)])
    total = variances.sum()
    first, second = (float(variances[-k] / total) if total > 0 else 0.0 for k in (1, 2))
    return PcaMap((pixels @ axes).astype(np.float32), split.labels[indices], indices, (first, second))
