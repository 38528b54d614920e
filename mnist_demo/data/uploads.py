"""The door for files from outside: whatever they are called, they are known by what is in them."""

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from mnist_demo.data.class_names import DIGIT_CLASS_NAMES, checked_class_names
from mnist_demo.data.errors import DataError, quoted
from mnist_demo.data.idx import IdxDimensions, idx_dimensions, is_idx, read_idx
from mnist_demo.data.limits import MAX_FILES, MAX_UPLOAD_BYTES
from mnist_demo.data.npz import is_npz, read_npz
from mnist_demo.data.splits import MAX_NAME_LENGTH, MnistData, Split
from mnist_demo.data.sprite import is_png, read_sprite, read_sprite_labels

WHAT_IS_READ = (
    "one Keras .npz, or IDX files (plain or .gz) of images and of labels, or a sprite PNG (784 pixels wide) "
    "and the file of its labels"
)

# The sprite of the codelab: there, the last 10,000 are the test set.
CODELAB_IMAGES = 65_000
CODELAB_TEST_IMAGES = 10_000
CODELAB_VALIDATION_IMAGES = 5_000
# Otherwise the proportions of MNIST: 10,000 of all 70,000, and 5,000 of the other 60,000.
TEST_FRACTION = 1 / 7
VALIDATION_FRACTION = 1 / 12

# Words in the names of such files that do not name the data: "train-images-idx3-ubyte", "mnist_images".
COMMON_WORDS = {"train", "t10k", "test", "images", "labels", "idx1", "idx3", "ubyte", "uint8"}

# A large set takes 100 MB while it is decoded, so the server decodes one at a time.
_decoding = threading.Lock()


@dataclass(frozen=True)
class Upload:
    """An uploaded file: its name and all of its bytes.

    Example:
        >>> from mnist_demo.data import Upload
        >>> Upload("train-images-idx3-ubyte.gz", b"...").name
        'train-images-idx3-ubyte.gz'
    """

    name: str
    content: bytes


def read_uploads(
    files: Sequence[Upload], class_names: Sequence[str] | None = None, *, name: str | None = None
) -> MnistData:
    """Read uploaded data: Keras' `.npz`, IDX, or the codelab's sprite.

    The content of a file tells its format. Accepted are one `.npz`; one file of images and one of labels; or two of
    each, where "train", "test" or "t10k" in the names tells which belong to the test set. Images and labels are IDX,
    plain or `.gz`, or a sprite PNG with labels of one byte or ten one-hot bytes.

    The last twelfth of the training images validates, as in MNIST. Without a test set, the last seventh of all images
    becomes the test set first. Images that are sorted by class are shuffled before, because whole classes would be
    held out otherwise. Of the 65,000 images of the codelab's sprite, the last 10,000 are the test set, as in the
    codelab, and the 5,000 before them validate.

    Example:
        >>> import io
        >>> import numpy as np
        >>> from mnist_demo.data import Upload, load_mnist, read_uploads
        >>> some = load_mnist().test[:840]
        >>> file = io.BytesIO()
        >>> np.savez(file, x_train=some.images[:720], y_train=some.labels[:720],
        ...          x_test=some.images[720:], y_test=some.labels[720:])
        >>> data = read_uploads([Upload("digits.npz", file.getvalue())])
        >>> data.name, len(data.train), len(data.validation), len(data.test)
        ('digits', 660, 60, 120)

    Args:
        files: One, two or four files of at most 20 MB each.
        class_names: Ten distinct names for the labels 0 to 9; "0" to "9" by default.
        name: The name of the data; derived from the name of the first file by default.

    Returns:
        The data in three splits, which share no image.

    Raises:
        DataError: With one sentence, if a file is wrong, truncated or hostile, or the files do not belong together.
    """
    names = DIGIT_CLASS_NAMES if class_names is None else checked_class_names(class_names)
    _check_sizes(files)
    with _decoding:
        train, test = _read_sets(files)
    splits = _hold_out(files[0].name, train, test)
    return MnistData(name or _data_name(files[0].name), *splits, class_names=names)


def _check_sizes(files: Sequence[Upload]) -> None:
    if not 1 <= len(files) <= MAX_FILES:
        raise DataError(f"There are {len(files)} files: accepted is {WHAT_IS_READ}.")
    for file in files:
        if not 1 <= len(file.content) <= MAX_UPLOAD_BYTES:
            raise DataError(
                f"{quoted(file.name)} has {len(file.content):,} bytes: accepted are 1 to {MAX_UPLOAD_BYTES:,} (20 MB)."
            )


def _read_sets(files: Sequence[Upload]) -> tuple[Split, Split | None]:
    """Return the training set and, if it was given, the test set."""
    if len(files) == 1 and is_npz(files[0].content):
        return read_npz(files[0].name, files[0].content)
    images, labels = _sorted_by_content(files)
    if len(images) != len(labels) or len(images) > 2:
        raise DataError(
            f"Of {', '.join(quoted(file.name) for file in files)}, {len(images)} hold images and "
            f"{len(labels)} hold labels: accepted is {WHAT_IS_READ}."
        )
    if len(images) == 1:
        return _read_pair(images[0], labels[0]), None
    train_images, test_images = _train_and_test(images)
    train_labels, test_labels = _train_and_test(labels)
    return _read_pair(train_images, train_labels), _read_pair(test_images, test_labels)


def _sorted_by_content(files: Sequence[Upload]) -> tuple[list[Upload], list[Upload]]:
    """Return the files of images and the files of labels."""
    images, labels = [], []
    # The labels of a sprite have no magic number, so an unknown file beside a PNG counts as its labels.
    beside_png = any(is_png(file.content) for file in files)
    for file in files:
        if is_npz(file.content):
            raise DataError(f"{quoted(file.name)} is one of {len(files)} files: accepted is a Keras .npz by itself.")
        if is_png(file.content):
            images.append(file)
        elif beside_png:
            labels.append(file)
        elif is_idx(file.content):
            is_labels = idx_dimensions(file.name, file.content) is IdxDimensions.LABELS
            (labels if is_labels else images).append(file)
        else:
            raise DataError(
                f"{quoted(file.name)} begins with {file.content[:8].hex(' ')}, which is none of the formats "
                f"read here: accepted is {WHAT_IS_READ}."
            )
    return images, labels


def _train_and_test(files: list[Upload]) -> tuple[Upload, Upload]:
    """Return which of two files is for training and which is the test set, by their names."""
    first, second = files
    if _is_test(first.name) == _is_test(second.name):
        raise DataError(
            f"Of {quoted(first.name)} and {quoted(second.name)} the names do not tell which is the test set: "
            "accepted is one name with 'test' or 't10k' in it, and one without."
        )
    return (second, first) if _is_test(first.name) else (first, second)


def _is_test(name: str) -> bool:
    return "train" not in name.lower() and re.search("test|t10k", name.lower()) is not None


def _read_pair(images_file: Upload, labels_file: Upload) -> Split:
    images: NDArray[np.uint8]
    if is_png(images_file.content):
        images = read_sprite(images_file.name, images_file.content)
        labels = read_sprite_labels(labels_file.name, labels_file.content, len(images))
    else:
        images = read_idx(images_file.name, images_file.content)
        labels = read_idx(labels_file.name, labels_file.content)
    if len(images) != len(labels):
        raise DataError(
            f"{quoted(images_file.name)} holds {len(images):,} images and {quoted(labels_file.name)} "
            f"{len(labels):,} labels: accepted is one label for each image."
        )
    return Split(images, labels)


def _hold_out(name: str, train: Split, test: Split | None) -> tuple[Split, Split, Split]:
    """Return train, validation and test, the held out ones taken from the end of what there is."""
    fewest = 3 if test is None else 2
    if len(train) < fewest:
        raise DataError(
            f"{quoted(name)} brings {len(train)} images to train with: accepted are {fewest} or more, "
            "since some are held out for validation and for the test."
        )
    if len(train) > 1 and bool((train.labels[:-1] <= train.labels[1:]).all()):
        order = np.random.default_rng(0).permutation(len(train))
        train = Split(train.images[order], train.labels[order])
    is_codelab = test is None and len(train) == CODELAB_IMAGES
    if test is None:
        held_out = CODELAB_TEST_IMAGES if is_codelab else max(1, round(len(train) * TEST_FRACTION))
        train, test = train[:-held_out], train[-held_out:]
    held_out = CODELAB_VALIDATION_IMAGES if is_codelab else max(1, round(len(train) * VALIDATION_FRACTION))
    return train[:-held_out], train[-held_out:], test


def _data_name(file_name: str) -> str:
    """Return what data from that file is called: "Fashion-MNIST_train.npz" gives "Fashion MNIST"."""
    stem = PurePosixPath(file_name.replace("\\", "/")).name.split(".")[0]
    words = [word for word in re.split(r"[\W_]+", stem) if word.isprintable()]
    name = " ".join(word for word in words if word.lower() not in COMMON_WORDS).strip()
    return name[:MAX_NAME_LENGTH] or "Uploaded data"
