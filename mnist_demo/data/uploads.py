"""The door for files from outside: whatever they are called, they are known by what is in them."""

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

from mnist_demo.data.class_names import DIGIT_CLASS_NAMES, checked_class_names
from mnist_demo.data.errors import DataError, quoted
from mnist_demo.data.formats import FORMATS, PairFormat, Part, WholeFormat
from mnist_demo.data.limits import MAX_FILES, MAX_UPLOAD_BYTES
from mnist_demo.data.splits import MAX_NAME_LENGTH, MnistData, Split

WHAT_IS_READ = ", or ".join(each.accepted for each in FORMATS)

_WHOLE = tuple(each for each in FORMATS if isinstance(each, WholeFormat))
_PAIRS = tuple(each for each in FORMATS if isinstance(each, PairFormat))

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
    for whole in _WHOLE:
        for file in filter(lambda file: whole.matches(file.content), files):
            if len(files) > 1:
                raise DataError(
                    f"{quoted(file.name)} is one of {len(files)} files: accepted is {whole.accepted} by itself."
                )
            return whole.read(file.name, file.content)
    pair, images, labels = _sorted_by_content(files)
    if len(images) != len(labels) or len(images) > 2:
        raise DataError(
            f"Of {', '.join(quoted(file.name) for file in files)}, {len(images)} hold images and "
            f"{len(labels)} hold labels: accepted is {WHAT_IS_READ}."
        )
    if len(images) == 1:
        return _read_pair(pair, images[0], labels[0]), None
    train_images, test_images = _train_and_test(images)
    train_labels, test_labels = _train_and_test(labels)
    return _read_pair(pair, train_images, train_labels), _read_pair(pair, test_images, test_labels)


def _sorted_by_content(files: Sequence[Upload]) -> tuple[PairFormat, list[Upload], list[Upload]]:
    """Return the format of the images, the files of images and the files of labels."""
    images: list[Upload] = []
    labels: list[Upload] = []
    for pair in _PAIRS:
        if pair.has_bare_labels:
            for file in files:
                (images if pair.part(file.name, file.content) else labels).append(file)
            if images:
                return pair, images, labels
            labels.clear()
    found = [(file, *_format_of(file)) for file in files]
    for file, _, part in found:
        (images if part is Part.IMAGES else labels).append(file)
    return next((pair for _, pair, part in found if part is Part.IMAGES), found[0][1]), images, labels


def _format_of(file: Upload) -> tuple[PairFormat, Part]:
    for pair in _PAIRS:
        if part := pair.part(file.name, file.content):
            return pair, part
    raise DataError(
        f"{quoted(file.name)} begins with {file.content[:8].hex(' ')}, which is none of the formats "
        f"read here: accepted is {WHAT_IS_READ}."
    )


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


def _read_pair(pair: PairFormat, images_file: Upload, labels_file: Upload) -> Split:
    images = pair.read_images(images_file.name, images_file.content)
    labels = pair.read_labels(labels_file.name, labels_file.content, len(images))
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
