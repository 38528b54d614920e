"""What every other room knows of the data: three splits of labelled images, not where they came from."""

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mnist_demo.data.batches import Batch, BatchWalk
from mnist_demo.data.class_names import DIGIT_CLASS_NAMES, checked_class_names
from mnist_demo.data.errors import DataError, quoted
from mnist_demo.dimensions import CLASSES, IMAGE_SIDE

MAX_NAME_LENGTH = 80


class SplitName(StrEnum):
    """What a part of the data is used for."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


# eq=False: two splits are equal when they are the same object, because a comparison would read 47 MB.
@dataclass(frozen=True, eq=False)
class Split:
    """Labelled images. The arrays are read-only; nothing is copied that is contiguous already.

    Args:
        images: uint8 (n, 28, 28), 0 (black) to 255 (white), n ≥ 1.
        labels: uint8 (n,), 0 to 9.

    Raises:
        DataError: If a shape, a dtype or a label does not fit.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]

    def __post_init__(self) -> None:
        for name in ("images", "labels"):
            array = getattr(self, name)
            if not isinstance(array, np.ndarray) or array.dtype != np.uint8:
                found = array.dtype if isinstance(array, np.ndarray) else type(array).__name__
                raise DataError(f"The {name} of a split are {found}: accepted is a uint8 array.")
        if self.images.ndim != 3 or self.images.shape[1:] != (IMAGE_SIDE, IMAGE_SIDE):
            raise DataError(f"The images of a split have the shape {self.images.shape}: accepted is (n, 28, 28).")
        if self.labels.shape != self.images.shape[:1]:
            raise DataError(
                f"The labels of a split have the shape {self.labels.shape}: "
                f"accepted is ({len(self.images)},), one for each image."
            )
        if len(self.labels) == 0:
            raise DataError("A split holds no image: accepted is 1 or more.")
        if (highest := int(self.labels.max())) >= CLASSES:
            raise DataError(f"A split holds the label {highest}: accepted are labels from 0 to 9.")
        object.__setattr__(self, "images", _read_only(self.images))
        object.__setattr__(self, "labels", _read_only(self.labels))

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, part: slice) -> "Split":
        """Return a part as a split that shares the memory of this one."""
        return Split(self.images[part], self.labels[part])

    # The arrays of a pickle are writable: construct again, which makes them read-only.
    def __reduce__(self) -> tuple[type["Split"], tuple[object, ...]]:
        return Split, (self.images, self.labels)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of labels and pixels, as 64 hexadecimal digits; about 40 ms for 55,000 images, once."""
        content = hashlib.sha256(len(self).to_bytes(8, "big"))
        content.update(self.labels.data)
        content.update(self.images.data)
        return content.hexdigest()


@dataclass(frozen=True, eq=False)
class MnistData:
    """Ten classes of 28×28 images in three splits: MNIST, or other data of its shape.

    Example:
        >>> import numpy as np
        >>> from mnist_demo.data import MnistData, Split
        >>> images = np.zeros((10, 28, 28), np.uint8)
        >>> split = Split(images, np.arange(10, dtype=np.uint8))
        >>> data = MnistData("Ten black images", train=split, validation=split, test=split)
        >>> batch = data.next_train_batch(4)
        >>> batch.xs.shape, batch.xs.dtype, batch.labels.shape
        ((4, 784), dtype('float32'), (4, 10))

    Args:
        name: The name of the data; 1 to 80 printable characters.
        train: The images that a network learns from.
        validation: The images that choices are made by.
        test: The images of the final evaluation, which serve nothing else.
        class_names: Ten distinct names, for the labels 0 to 9.
        seed: Decides the order of `next_train_batch` and `next_test_batch`; ≥ 0.

    Raises:
        DataError: If a field does not fit.
    """

    name: str
    train: Split
    validation: Split
    test: Split
    class_names: tuple[str, ...] = DIGIT_CLASS_NAMES
    seed: int = 0
    _train_walk: BatchWalk = field(init=False, repr=False)
    _test_walk: BatchWalk = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not 1 <= len(self.name) <= MAX_NAME_LENGTH or not self.name.isprintable():
            raise DataError(
                f"The name {quoted(self.name)} does not fit: accepted are 1 to {MAX_NAME_LENGTH} printable characters."
            )
        if self.seed < 0:
            raise DataError(f"The seed is {self.seed}: accepted is 0 or more.")
        object.__setattr__(self, "class_names", checked_class_names(self.class_names))
        object.__setattr__(
            self, "_train_walk", BatchWalk(self.train.images, self.train.labels, "training", (self.seed, 0))
        )
        object.__setattr__(self, "_test_walk", BatchWalk(self.test.images, self.test.labels, "test", (self.seed, 1)))

    def split(self, name: SplitName | str) -> Split:
        """Return the split of that name.

        Raises:
            DataError: If there is no such split.
        """
        match name:
            case SplitName.TRAIN:
                return self.train
            case SplitName.VALIDATION:
                return self.validation
            case SplitName.TEST:
                return self.test
        raise DataError(f"There is no split {quoted(str(name))}: accepted are 'train', 'validation' and 'test'.")

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the content, 64 hexadecimal digits: pixels, labels, how they are split, class names.

        What the data is called and the seed of its walks are not content.
        """
        content = hashlib.sha256()
        for split in SplitName:
            content.update(bytes.fromhex(self.split(split).digest))
        for class_name in self.class_names:
            # A byte that UTF-8 never uses separates the names, so that ("a", "bc") and ("ab", "c") differ.
            content.update(class_name.encode() + b"\xff")
        return content.hexdigest()

    def next_train_batch(self, n: int) -> Batch:
        """Return the next `n` training images, as the codelab's `nextTrainBatch` does.

        The walk belongs to this object: whoever wants one of their own takes a `MnistData` of their own,
        which `load_mnist` gives at no cost. Each pass has another order; each image comes once in a pass.

        Returns:
            Images float32 (n, 784) in [0, 1] and one-hot labels float32 (n, 10).

        Raises:
            DataError: If `n` is below 1 or above the size of the split.
        """
        return self._train_walk.next(n)

    def next_test_batch(self, n: int) -> Batch:
        """Return the next `n` test images, in the form of `next_train_batch`.

        Raises:
            DataError: If `n` is below 1 or above the size of the split.
        """
        return self._test_walk.next(n)

    # Frozen dataclasses cross to the worker processes; a walk (it holds a lock) begins anew there.
    def __reduce__(self) -> tuple[type["MnistData"], tuple[object, ...]]:
        return MnistData, (self.name, self.train, self.validation, self.test, self.class_names, self.seed)


def _read_only(array: NDArray[np.uint8]) -> NDArray[np.uint8]:
    # A view, so that the caller's own array stays as writable as it was.
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view
