"""Reading and writing our own files: atomically, bounded; and what counts as damaged."""

import csv
import io
import os
import secrets
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings of a text that a spreadsheet would take for a formula."""


def write_atomically(path: Path, content: bytes) -> None:
    """Write beside, then rename: a reader sees the old content or the new, never a part."""
    # Left behind by a writer that was killed, it is known by its name (`leftovers.py`).
    # Two threads of a server may write the same file at once, each its own.
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.{os.getpid()}.part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError:
        # On a full disk a part of it would take the last room.
        beside.unlink(missing_ok=True)
        raise


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """Write rows as CSV in which no text is a formula: an apostrophe goes before it (OWASP, "CSV Injection").

    Args:
        rows: of numbers, which stay as they are, and of texts.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        writer.writerow(_harmless(cell) if isinstance(cell, str) else cell for cell in row)
    return text.getvalue()


def _harmless(cell: str) -> str:
    # Python 3.11 does not quote a carriage return, which would begin another row.
    return (f"'{cell}" if cell.startswith(FORMULA) else cell).replace("\r", " ")


# All that zipfile raises for a broken archive; what it reads is ours to bound, not its.
ZIP_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    ValueError,
    OverflowError,
    RuntimeError,  # encrypted, or (NotImplementedError) a feature that zipfile does not know
)


NPZ_FAULTS = (
    *ZIP_FAULTS,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    MemoryError,  # a header that promises far more than there is
    SyntaxError,  # numpy reads headers as Python literals
    tokenize.TokenError,
)
"""All that numpy raises for an ``.npz`` of the lab's own that was damaged, and our reading of what it holds."""
