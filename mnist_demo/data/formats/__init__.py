"""The file formats in which data can be uploaded: a file each, and a line in the table below."""

from mnist_demo.data.formats import idx, npz, sprite
from mnist_demo.data.formats.format import PairFormat, Part, WholeFormat

FORMATS: tuple[WholeFormat | PairFormat, ...] = (npz.FORMAT, idx.FORMAT, sprite.FORMAT)
"""Every format; the first one that matches a file's content reads the file."""

__all__ = ["FORMATS", "PairFormat", "Part", "WholeFormat"]
