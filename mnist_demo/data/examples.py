"""Which images Explore shows: one split of the data, all of its classes or one."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mnist_demo.data import MnistData, Split, SplitName

SPLIT_WORDS = {
    SplitName.TRAIN: "training",
    SplitName.VALIDATION: "validation",
    SplitName.TEST: "test",
}


@dataclass(frozen=True, eq=False)
class Examples:
    """The images of one split, of one class or of all.

    Args:
        data: Where they are taken from.
        digest: Names the content of `data` in a cache.
        split_name: Which split.
        label: Which class, 0 to 9; `None` for all.
    """

    data: MnistData
    digest: str
    split_name: SplitName
    label: int | None = None

    @property
    def split(self) -> Split:
        """The whole split, every class of it."""
        return self.data.split(self.split_name)

    @cached_property
    def indices(self) -> NDArray[np.intp]:
        """Where in the split the images are, ascending; empty when the class has none."""
        labels = self.split.labels
        return np.arange(len(labels)) if self.label is None else np.flatnonzero(labels == self.label)

    @property
    def words(self) -> str:
        """What they are, to follow a number: "training images", "test images of 7"."""
        of = "" if self.label is None else f" of {self.data.class_names[self.label]}"
        return f"{SPLIT_WORDS[self.split_name]} images{of}"

    def sample(self, number: int, size: int) -> NDArray[np.intp]:
        """Return where in the split the images of one sample are.

        The samples deal out one shuffled pack, so no image comes again before all have been seen, and a sample
        holds the same images whoever asks for it.

        Args:
            number: Which sample, 0 or more; after the last image the pack begins again.
            size: Images in a sample; all of them if there are not more.
        """
        if len(self.indices) <= size:
            return self.indices
        pack = np.random.default_rng(0).permutation(self.indices)
        return pack.take(np.arange(number * size, (number + 1) * size), mode="wrap")
