"""The server's log without lab ids: whoever reads one there could open that visitor's lab."""

import functools
import logging
import re
from collections.abc import Mapping
from typing import Any

# A lab's id stands in paths and addresses. In a path, code has names of 22 letters as well, which end in `.py`.
_LAB_ID = re.compile(r"(?<=[/\\=])[A-Za-z0-9_-]{22}(?![A-Za-z0-9_-]|\.py\b)")
HIDDEN = "(lab)"
"""What stands in the place of a lab's id."""


@functools.cache
def hide_lab_ids() -> None:
    """Let no record of any logger in this process hold a lab's id: not in messages, addresses or traces."""
    make, formatter = logging.getLogRecordFactory(), logging.Formatter()

    def without_lab_ids(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        record.msg = _hidden(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(map(_hidden, record.args))
        elif isinstance(record.args, Mapping):
            record.args = {name: _hidden(value) for name, value in record.args.items()}
        if record.exc_info and record.exc_info[0] is not None:
            # Formatters write this text as it is when it is there.
            record.exc_text = _hidden(formatter.formatException(record.exc_info))
        return record

    logging.setLogRecordFactory(without_lab_ids)


def _hidden(value: Any) -> Any:
    """Return a value as it is, or as a text without the lab ids that its text has."""
    if value is None or isinstance(value, int | float):
        return value
    text = str(value)
    hidden = _LAB_ID.sub(HIDDEN, text)
    return value if hidden == text else hidden
