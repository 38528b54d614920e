"""How pages write times, counts, shares, failures and texts from outside."""

import errno
import re
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from mnist_demo.jobs.limits import QueueFullError
from mnist_demo.runs import StoreFullError

_MARKDOWN = re.compile(r"([\\`*_~{}\[\]<>#:$|!&.@])")

# These marks turn text into links: "http://…", "www.…" and "…@…" (mdast-util-gfm-autolink-literal).
_LINKING = re.compile(r"((?<=:)//|(?<=www)\.|@)", re.IGNORECASE)


def escape_markdown(text: str) -> str:
    """Return a text from outside, such as a file's name, as Markdown that shows the text unchanged."""
    pieces = (_MARKDOWN.sub(r"\\\1", piece) for piece in _LINKING.split(text))
    # Markdown looks for links after it resolves escapes, but only within one piece of text. A colour directive without
    # a colour makes the mark a piece of its own and changes nothing else, so the text is read and copied unchanged.
    return "".join(f":color[{piece}]" if number % 2 else piece for number, piece in enumerate(pieces))


def local_time(moment: datetime) -> datetime:
    """Return a moment in the visitor's local time, without a time zone."""
    try:
        return moment.astimezone(ZoneInfo(st.context.timezone or "UTC")).replace(tzinfo=None)
    except (KeyError, ValueError, OSError):
        return moment.replace(tzinfo=None)


def moment(when: datetime) -> str:
    """Return a moment in the visitor's local time, in few characters: '24 Nov 17:14'."""
    return f"{local_time(when):%d %b %H:%M}"


def duration(seconds: float) -> str:
    """Return seconds in a reader's words: '8 s', '2 min 5 s', '1 h 10 min'."""
    if seconds < 10:
        return f"{max(seconds, 0):.0f} s" if seconds >= 1 else "less than a second"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def plural(count: int, noun: str) -> str:
    """Return a count with its noun: '1 epoch', '12 epochs', '3 batches'."""
    ending = "es" if noun.endswith(("tch", "s", "x")) else "s"
    return f"{count:,} {noun}" + ("" if count == 1 else ending)


_FULL, _UNWRITABLE = "the disk is full", "the data folder may not be written to"
_WORDS = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EACCES: _UNWRITABLE,
    errno.EPERM: _UNWRITABLE,
    errno.EROFS: _UNWRITABLE,
}


def could_not(sentence: str, error: Exception) -> str:
    """Return what failed and why; a cause that says itself what to do gets no further advice.

    Args:
        sentence: The failed action, without a full stop: "The run could not be created".
        error: An error of the disk, or one of the lab's own errors, whose messages are sentences.
    """
    if not isinstance(error, OSError) or isinstance(error, StoreFullError | QueueFullError):
        return f"{sentence}: {str(error).rstrip('.')}."
    reason = _WORDS.get(error.errno or 0) or error.strerror or type(error).__name__
    # The advice to try again is left out, because no try succeeds before the server's owner names another folder.
    return f"{sentence}: {reason}. Nothing was lost{'' if reason == _UNWRITABLE else '; try again'}."
