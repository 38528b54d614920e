"""The one error that the data room raises, and how it writes the name of a file."""

SHOWN_NAME_LENGTH = 60
SHOWN_REASON_LENGTH = 160


class DataError(ValueError):
    """Data that cannot be used, with one sentence that says what was found and what is accepted."""


def quoted(name: str) -> str:
    """Return a file's name as it stands in a sentence: in quotes, printable, at most 60 characters long."""
    return f"'{_shown(name, SHOWN_NAME_LENGTH)}'"


def reason(error: Exception) -> str:
    """Return what a library says of a broken file, as it stands in a sentence: it may quote half of the file."""
    return _shown(str(error), SHOWN_REASON_LENGTH).rstrip(".")


def _shown(text: str, longest: int) -> str:
    # Cut first: a name may have as many characters as the file has bytes.
    printable = "".join(character if character.isprintable() else "?" for character in text[: longest + 1])
    return printable if len(printable) <= longest else printable[: longest - 1] + "…"
