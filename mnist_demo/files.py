"""Read and write our own files: atomically, within bounds, and with one decision on what counts as damaged.

A reader raises `OSError` where the disk says no, and `DamagedFileError` for everything that the content may be wrong
in. What a visitor uploads has a reader of its own (`data/formats/npz.py`), which trusts even less.
"""

import contextlib
import csv
import errno
import io
import json
import lzma
import math
import os
import secrets
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from mnist_demo.fields import cut

MAX_ARRAY_BYTES = 100_000_000
"""Bytes that the arrays of a file unpack to: MNIST takes 55 MB, the largest network and its optimizer 24 MB."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings of a text that a spreadsheet would take for a formula."""

SHIPPED = Path(__file__).parent / "example_runs"
"""The folder of the runs that ship with the package; our writers refuse to write there."""

_LONGEST_REASON = 200
"""Characters of what is wrong with a file: a library may quote half of it."""

# All that zipfile raises for a broken archive; to bound what it reads is left to us.
ZIP_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
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
    RecursionError,  # a nest of lists
    SyntaxError,  # numpy reads headers as Python literals
    tokenize.TokenError,
)
"""All that numpy, json and our own checks raise for the content of a damaged file."""


class DamagedFileError(ValueError):
    """A file of our own whose content cannot be used.

    Args:
        name: The file's name, without its folder.
        wrong: What is wrong with it; of a longer text the first 200 characters are kept.
    """

    def __init__(self, name: str, wrong: str) -> None:
        super().__init__(name, cut(wrong, _LONGEST_REASON))

    def __str__(self) -> str:
        name, wrong = self.args
        return f"{name} is damaged: {wrong.rstrip('.')}."


@contextlib.contextmanager
def damage_named(name: str) -> Iterator[None]:
    """Let everything that the content of a file makes its reader raise become a `DamagedFileError`.

    Args:
        name: The file's name, without its folder.
    """
    try:
        yield
    except DamagedFileError:
        raise
    except NPZ_FAULTS as error:
        # A seek to before the file's beginning is an invalid argument; any other OSError is the disk's.
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise
        wrong = f"it has no {error}" if isinstance(error, KeyError) else str(error) or type(error).__name__
        raise DamagedFileError(name, wrong) from error


def read_json(path: Path, most: int) -> Any:
    """Read a JSON file.

    Args:
        path: The file.
        most: The bytes that it may have.

    Raises:
        OSError: If the file cannot be read.
        DamagedFileError: If it is longer, or not JSON.
    """
    with path.open("rb") as file:
        content = file.read(most + 1)
    with damage_named(path.name):
        if len(content) > most:
            raise ValueError(f"it has more than {most:,} bytes")
        return json.loads(content)


def read_npz(path: Path, names: Collection[str] | None = None, most: int = MAX_ARRAY_BYTES) -> dict[str, NDArray[Any]]:
    """Read the arrays of an `.npz` file; nothing in it can run.

    Args:
        path: The file.
        names: The arrays to read; all of them by default. The others are not unpacked.
        most: The bytes that all arrays of the file may unpack to.

    Returns:
        The arrays by name, read-only.

    Raises:
        OSError: If the file cannot be read.
        DamagedFileError: If an array is damaged or missing, or the file unpacks to more.
    """
    with path.open("rb") as file:
        return unpack_npz(path.name, file, names, most)


def unpack_npz(
    name: str, file: IO[bytes], names: Collection[str] | None = None, most: int = MAX_ARRAY_BYTES
) -> dict[str, NDArray[Any]]:
    """Do what `read_npz` does for an open file, or for bytes in an `io.BytesIO`; an error calls it `name`."""
    with damage_named(name), zipfile.ZipFile(file) as archive:
        members = {member.filename.removesuffix(".npy"): member for member in archive.infolist()}
        if sum(member.file_size for member in members.values()) > most:
            raise ValueError(f"it unpacks to more than {most:,} bytes")
        return {array: _read_array(archive, members[array]) for array in (members if names is None else names)}


def write_npz(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays as an `.npz` file, uncompressed and atomically.

    Raises:
        OSError: If the file cannot be written.
    """
    write_atomically(path, pack_npz(arrays))


def pack_npz(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return the content of an uncompressed `.npz` file."""
    content = io.BytesIO()
    np.savez(content, allow_pickle=False, **arrays)
    return content.getvalue()


def is_shipped(path: Path) -> bool:
    """Tell whether a path lies in the package's example runs, which are read-only."""
    return path.absolute().is_relative_to(SHIPPED)


def check_writable(path: Path) -> None:
    """Check that a path does not lie in the package's example runs.

    Raises:
        OSError: If the path lies there.
    """
    if is_shipped(path):
        raise OSError(errno.EROFS, "An example run cannot be changed", str(path))


def write_atomically(path: Path, content: bytes) -> None:
    """Write beside the file, then rename: a reader sees the old content or the new, never a part.

    Raises:
        OSError: If the file cannot be written, or belongs to an example run.
    """
    check_writable(path)
    # A killed writer leaves a part, which its name betrays (`leftovers.py`). The token keeps two threads apart.
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.{os.getpid()}.part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError:
        # A part that stays would take the last room of a full disk.
        beside.unlink(missing_ok=True)
        raise


def _read_array(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> NDArray[Any]:
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(f"an array is compressed by method {member.compress_type}")
    # The checksum is compared here, before numpy parses a byte.
    content = archive.read(member)
    stream = io.BytesIO(content)
    if np.lib.format.read_magic(stream) != (1, 0):
        raise ValueError("an array is of another version of NumPy's format")
    shape, is_fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    # A view of the content: an array that the header makes larger than the file is never allocated.
    values: NDArray[Any] = np.frombuffer(content, dtype, math.prod(shape), stream.tell())
    return values.reshape(shape, order="F" if is_fortran else "C")


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """Write rows as CSV in which no text is a formula: an apostrophe goes before it (OWASP, "CSV Injection").

    Args:
        rows: Rows of numbers, which stay as they are, and of texts.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        writer.writerow(_harmless(cell) if isinstance(cell, str) else cell for cell in row)
    return text.getvalue()


def _harmless(cell: str) -> str:
    # Python 3.11 does not quote a carriage return, which would begin another row.
    return (f"'{cell}" if cell.startswith(FORMULA) else cell).replace("\r", " ")
