"""Why a training ended, in words for the visitor."""

import errno
import signal

GAVE_WAY = "It let others go first, as nobody was looking, and goes on when its turn comes."
PAUSED_TOO_LONG = "It was paused while others waited, so it gave up its place."

DISK_FULL = "The run could not be written: the disk is full. The epochs that were finished are kept."

NOT_WRITTEN = "The run could not be written. The epochs that were finished are kept."

DID_NOT_STOP = "It did not stop when it was asked to, and was ended. The epochs that were finished are kept."

DISK_IS_FULL, CANNOT_WRITE = 74, 73
"""Exit codes of a training whose run could not be written, after EX_IOERR and EX_CANTCREAT of sysexits.h."""

TOO_FAST = "the steps were too large. Try a learning rate ten times smaller."
"""Ends the sentence on a run whose loss or weights are no numbers any more."""

_SIGKILL = 9


def has_diverged(reason: str | None) -> bool:
    """Whether what is said of a run's end is that its loss or its weights stopped being numbers."""
    return reason is not None and reason.endswith(TOO_FAST)


def is_reached(target: float, accuracy: float, images: int) -> bool:
    """Whether an accuracy is at least what was asked for, both 0–1.

    Args:
        target: what was asked for.
        accuracy: a float32 of Keras, and the nearest one to 0.95 is less than 0.95: it is made a count again.
        images: how many images it is the accuracy on.
    """
    return round(accuracy * images) / images >= target


def reached_target(epoch: int, accuracy: float, target: float) -> str:
    """The sentence on a run whose validation accuracy, 0–1, is what was asked for."""
    return (
        f"Reached its target after epoch {epoch}: validation accuracy is {accuracy:.2%}, "
        f"and {100 * target:.6g}% was asked for."
    )


def got_no_better(epoch: int, waited: int) -> str:
    """The sentence on a run that was stopped early, so many epochs after its best one."""
    how_long = "for one epoch" if waited == 1 else f"for {waited} epochs"
    return f"Ended early after epoch {epoch}: validation loss had not improved {how_long}."


def is_of_a_full_disk(error: BaseException) -> bool:
    """Whether something could not be written for want of room."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def why_it_failed(error: BaseException) -> str:
    """An error that ended a training, in a sentence."""
    if is_of_a_full_disk(error):
        return DISK_FULL
    first_line = (str(error).strip().splitlines() or [""])[0][:300]
    # The lab's own errors are sentences already.
    return first_line if type(error).__module__.startswith("mnist_demo.") else f"{type(error).__name__}: {first_line}"


def why_it_died(exit_code: int | None) -> str:
    """What is known of a training process that ended without a word."""
    kept = "The epochs that were finished are kept."
    if exit_code in (DISK_IS_FULL, CANNOT_WRITE):
        return DISK_FULL if exit_code == DISK_IS_FULL else NOT_WRITTEN
    if exit_code is not None and exit_code < 0:
        name = signal.Signals(-exit_code).name if -exit_code in set(signal.Signals) else f"signal {-exit_code}"
        why = ", most likely because memory ran out" if -exit_code == _SIGKILL else ""
        return f"The training process was ended from outside ({name}){why}. {kept}"
    return f"The training process ended unexpectedly (exit code {exit_code}). {kept}"
