"""A run for use without the lab."""

from mnist_demo.export.archive import archive_name, archive_run

__all__ = ["archive_name", "archive_run"]
