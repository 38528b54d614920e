"""A run for other worlds."""

from mnist_demo.export.archive import archive_name, archive_run

__all__ = ["archive_name", "archive_run"]
