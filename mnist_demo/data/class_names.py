"""What the ten classes of a data set are called."""

from collections.abc import Sequence

from mnist_demo.data.errors import DataError, quoted
from mnist_demo.dimensions import CLASSES

# Long enough for any word, short enough for the axis of a confusion matrix.
MAX_CLASS_NAME_LENGTH = 24

DIGIT_CLASS_NAMES: tuple[str, ...] = tuple(str(digit) for digit in range(CLASSES))

FASHION_MNIST_CLASS_NAMES: tuple[str, ...] = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


def checked_class_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return ten names of classes, without the spaces around them.

    Args:
        names: Ten distinct names, in the order of the labels 0 to 9; each 1 to 24 printable characters.

    Raises:
        DataError: If there are not ten, or one is empty, too long, not printable or there twice.
    """
    if isinstance(names, str) or not all(isinstance(name, str) for name in names):
        raise DataError("The class names are not a sequence of ten texts.")
    stripped = tuple(name.strip() for name in names)
    if len(stripped) != CLASSES:
        raise DataError(f"There are {len(stripped)} class names: give exactly {CLASSES}, one for each label 0 to 9.")
    for label, name in enumerate(stripped):
        if not name or len(name) > MAX_CLASS_NAME_LENGTH or not name.isprintable():
            raise DataError(
                f"The class name {quoted(name)} for label {label} does not fit: "
                f"give 1 to {MAX_CLASS_NAME_LENGTH} printable characters."
            )
        if name in stripped[:label]:
            raise DataError(
                f"The class name {quoted(name)} is given to the labels {stripped.index(name)} and {label}: "
                "give each label a name of its own."
            )
    return stripped
