import numpy as np
import pytest
from sklearn.decomposition import PCA

from mnist_demo.data import DataError, Split, class_counts, class_images, load_mnist, pca_map
from tests.data.files import some_images


def test_the_class_counts_of_mnist_are_the_known_ones() -> None:
    data = load_mnist()
    # The counts are the published ones of the test set, and of the training set for train and validation together.
    assert class_counts(data.test).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    both = class_counts(data.train) + class_counts(data.validation)
    assert both.tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]


def test_mean_and_spread_equal_numpys() -> None:
    split = load_mnist().test
    result = class_images(split)
    assert result.mean.shape == result.spread.shape == (10, 28, 28)
    assert result.mean.dtype == result.spread.dtype == np.float32
    for digit in range(10):
        images = split.images[split.labels == digit]
        assert result.counts[digit] == len(images)
        np.testing.assert_allclose(result.mean[digit], images.mean(axis=0), rtol=1e-6)
        np.testing.assert_allclose(result.spread[digit], images.std(axis=0), rtol=1e-6, atol=1e-6)


def test_a_pixel_that_never_changes_has_no_spread_and_a_missing_class_is_black() -> None:
    images = np.full((5000, 28, 28), 255, dtype=np.uint8)
    result = class_images(Split(images, np.full(5000, 4, dtype=np.uint8)))
    assert result.counts.tolist() == [0, 0, 0, 0, 5000, 0, 0, 0, 0, 0]
    assert (result.spread == 0).all()
    assert (result.mean[4] == 255).all()
    assert (np.delete(result.mean, 4, axis=0) == 0).all()


def test_the_map_equals_scikit_learns_pca() -> None:
    split = load_mnist().validation
    result = pca_map(split, images=500)
    pixels = split.images[result.indices].reshape(-1, 784) / 255.0
    reference = PCA(n_components=2, svd_solver="full").fit(pixels)
    expected = reference.transform(pixels)
    assert result.points.shape == (500, 2)
    assert result.points.dtype == np.float32
    for axis in range(2):
        sign = np.sign(expected[:, axis] @ result.points[:, axis])
        np.testing.assert_allclose(result.points[:, axis], sign * expected[:, axis], atol=1e-4)
    np.testing.assert_allclose(result.explained, reference.explained_variance_ratio_, rtol=1e-6)


def test_the_seed_decides_the_sample_of_the_map() -> None:
    split = load_mnist().validation
    first, same, other = (pca_map(split, images=20, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first.indices, same.indices)
    assert np.array_equal(first.points, same.points)
    assert not np.array_equal(first.indices, other.indices)
    assert len(set(first.indices)) == 20
    assert np.array_equal(first.labels, split.labels[first.indices])


def test_few_images_make_a_map_of_all_of_them() -> None:
    result = pca_map(Split(*some_images(5)))
    assert result.indices.tolist() == [0, 1, 2, 3, 4]
    assert sum(result.explained) <= 1


@pytest.mark.parametrize("count", [1, 4])
def test_images_that_are_all_the_same_make_one_point(count: int) -> None:
    result = pca_map(Split(np.full((count, 28, 28), 7, dtype=np.uint8), np.zeros(count, dtype=np.uint8)))
    assert np.abs(result.points).max() < 1e-6
    assert all(0 <= part <= 1 for part in result.explained)


def test_a_map_of_one_image_is_refused() -> None:
    with pytest.raises(DataError, match="map of 1 images cannot be drawn: accepted are 2 or more"):
        pca_map(load_mnist().test, images=1)
