"""The one error that the data room raises, and how it writes the name of a file."""

from mnist_demo.fields import cut

SHOWN_NAME_LENGTH = 60
SHOWN_REASON_LENGTH = 160


class DataError(ValueError):
    """Data that cannot be used, with one sentence that says what was found and what is accepted."""


def quoted(name: str) -> str:
    """Return a file's name as it stands in a sentence: in quotes, printable, at most 60 characters long."""
    return f"'{cut(name, SHOWN_NAME_LENGTH)}'"


def reason(error: Exception) -> str:
    """Return what a library says of a broken file, as it stands in a sentence: it may quote half of the file."""
    return cut(str(error), SHOWN_REASON_LENGTH).rstrip(".")
