"""The one error that the data room raises, and how it writes the name of a file."""

SHOWN_NAME_LENGTH = 60


class DataError(ValueError):
    """Data that cannot be used, with one sentence that says what was found and what is accepted."""


def quoted(name: str) -> str:
    """Return a file's name as it stands in a sentence: in quotes, printable, at most 60 characters long."""
    printable = "".join(character if character.isprintable() else "?" for character in name)
    if len(printable) > SHOWN_NAME_LENGTH:
        printable = printable[: SHOWN_NAME_LENGTH - 1] + "…"
    return f"'{printable}'"
