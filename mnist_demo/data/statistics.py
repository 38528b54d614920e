"""What a data set looks like: how many of each class, how they look on average, and a map of them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_demo.data.errors import DataError
from mnist_demo.data.splits import Split
from mnist_demo.dimensions import CLASSES, IMAGE_SIDE, PIXELS

# A chunk takes 3 MB as uint16.
IMAGES_PER_CHUNK = 2048

# Digits need a dozen iterations with this many vectors. Noise, whose variances are all alike, takes all that there are,
# and its map is as good as any other.
SUBSPACE = 16
MOST_ITERATIONS = 40


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
    pixels = split.images.reshape(-1, PIXELS)
    sums = np.zeros((CLASSES, PIXELS), dtype=np.int64)
    squares = np.zeros((CLASSES, PIXELS), dtype=np.int64)
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
    shape = (CLASSES, IMAGE_SIDE, IMAGE_SIDE)
    return ClassImages(
        counts=counts,
        mean=(sums / n).astype(np.float32).reshape(shape),
        spread=(np.sqrt(n * squares - sums**2) / n).astype(np.float32).reshape(shape),
    )


def pca_map(split: Split, images: int = 3000, seed: int = 0) -> PcaMap:
    """Return the first two principal components of a random sample.

    Each axis is turned so that its largest entry is positive, which makes the map the same wherever it is computed.

    Args:
        split: Where the images are taken from.
        images: How many, 2 or more; all of them if the split has fewer.
        seed: Decides which.

    Raises:
        DataError: If `images` is below 2.
    """
    if images < 2:
        raise DataError(f"A map of {images} images cannot be drawn: accepted are 2 or more.")
    size = min(images, len(split))
    indices = np.sort(np.random.default_rng(seed).choice(len(split), size=size, replace=False))
    pixels = split.images[indices].reshape(size, PIXELS).astype(np.float64)
    pixels /= 255
    pixels -= pixels.mean(axis=0)
    scatter = pixels.T @ pixels  # the covariance, but for a factor
    variances, axes = _two_largest(scatter)
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), (0, 1)])
    total = max(float(np.trace(scatter)), np.finfo(np.float64).tiny)
    explained = (float(variances[0]) / total, float(variances[1]) / total)
    return PcaMap((pixels @ axes).astype(np.float32), split.labels[indices], indices, explained)


def _two_largest(matrix: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the two largest eigenvalues, (2,), and their eigenvectors, (n, 2), of a symmetric matrix.

    Subspace iteration with Rayleigh-Ritz (Golub and Van Loan, Matrix Computations, 8.2.4). For all 784 eigenvectors
    `eigh` takes 0.2 s on an idle machine and, its threads waiting for each other, 3 s while a network trains.
    """
    basis = np.linalg.qr(np.random.default_rng(0).standard_normal((len(matrix), SUBSPACE)))[0]
    values, vectors = np.zeros(2), basis[:, :2]
    for _ in range(MOST_ITERATIONS):
        image = matrix @ basis
        ascending, rotation = np.linalg.eigh(basis.T @ image)
        before, values = values, ascending[:-3:-1]
        vectors = basis @ rotation[:, :-3:-1]
        # The error of a value is the square of that of its vector, which is then below one in ten million.
        if np.allclose(values, before, rtol=1e-14, atol=0):
            break
        basis = np.linalg.qr(image)[0]
    return values.clip(min=0), vectors
