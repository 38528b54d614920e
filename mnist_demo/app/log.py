"""The server's log without lab ids, because a lab id opens that visitor's lab."""

import functools
import logging
import re
from collections.abc import Mapping
from typing import Any

# Lab ids occur in paths and addresses. Names of code with 22 letters occur in paths as well, and end in `.py`.
_LAB_ID = re.compile(r"(?<=[/\\=])[A-Za-z0-9_-]{22}(?![A-Za-z0-9_-]|\.py\b)")
HIDDEN = "(lab)"
"""Replaces a lab id in the log."""


@functools.cache
def hide_lab_ids() -> None:
    """Remove lab ids from every record of every logger in this process: from messages, addresses and traces."""
    make, formatter = logging.getLogRecordFactory(), logging.Formatter()

    def without_lab_ids(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        record.msg = _hidden(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(map(_hidden, record.args))
        elif isinstance(record.args, Mapping):
            record.args = {name: _hidden(value) for name, value in record.args.items()}
        if record.exc_info and record.exc_info[0] is not None:
            # Formatters use this text unchanged when a record has it.
            record.exc_text = _hidden(formatter.formatException(record.exc_info))
        return record

    logging.setLogRecordFactory(without_lab_ids)


def _hidden(value: Any) -> Any:
    """Return the value, or, if its text contains lab ids, the text without them."""
    if value is None or isinstance(value, int | float):
        return value
    text = str(value)
    hidden = _LAB_ID.sub(HIDDEN, text)
    return value if hidden == text else hidden
