"""What could not be written, in words: why, and what to do about it."""

import errno

from mnist_demo.runs import StoreFullError

_WORDS = {errno.ENOSPC: "the disk is full", errno.EDQUOT: "the disk is full", errno.EACCES: "it may not be written to"}


def could_not(sentence: str, error: Exception) -> str:
    """What failed and why; a cause that says itself what to do is not followed by other advice.

    Args:
        sentence: what could not be done, without its full stop: "The run could not be created".
        error: of the disk, or one of the lab's own, which are sentences.
    """
    if not isinstance(error, OSError) or isinstance(error, StoreFullError):
        return f"{sentence}: {str(error).rstrip('.')}."
    reason = _WORDS.get(error.errno or 0) or error.strerror or type(error).__name__
    return f"{sentence}: {reason}. Nothing was lost; try again."
