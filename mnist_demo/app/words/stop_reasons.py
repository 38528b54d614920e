"""Stop reasons in sentences for the visitor."""

import signal

from mnist_demo.app.words.text import escape_markdown
from mnist_demo.runs import StopCode, StopReason

_KEPT = "The epochs that were finished are kept."
_TOO_FAST = "the steps were too large. Try a learning rate ten times smaller."
_SIGKILL = 9

_FIXED = {
    StopCode.PREEMPTED: "It let others go first, as nobody was looking, and goes on when its turn comes.",
    StopCode.TIME_SLICE: "Paused while others have their turn; it goes on by itself.",
    StopCode.PAUSED_TOO_LONG: "It was paused while others waited, so it gave up its place.",
    StopCode.NEVER_BEGAN: "Stopped before it began.",
    StopCode.SERVER_GONE: "Interrupted, as the server ended.",
    StopCode.DISK_FULL: f"The run could not be written: the disk is full. {_KEPT}",
    StopCode.NOT_WRITTEN: f"The run could not be written. {_KEPT}",
    StopCode.DID_NOT_STOP: f"It did not stop when it was asked to, and was ended. {_KEPT}",
}


def in_words(reason: StopReason) -> str:
    """Return the sentence on a reason, as Markdown; a text from outside is escaped."""
    match reason.code:
        case StopCode.TARGET_REACHED:
            return (
                f"Reached its target after epoch {reason.epoch}: validation accuracy is {reason.accuracy:.2%}, "
                f"and {100 * (reason.target or 0):.6g}% was asked for."
            )
        case StopCode.NO_IMPROVEMENT:
            how_long = "for one epoch" if reason.waited == 1 else f"for {reason.waited} epochs"
            return f"Ended early after epoch {reason.epoch}: validation loss had not improved {how_long}."
        case StopCode.DIVERGED:
            return f"The loss stopped being a number at batch {reason.batch:,}: {_TOO_FAST}"
        case StopCode.DIVERGED_IN_VALIDATION:
            return f"The loss stopped being a number at the end of epoch {reason.epoch:,}: {_TOO_FAST}"
        case StopCode.WEIGHTS_DIVERGED:
            return f"Weights stopped being numbers by batch {reason.batch:,}: {_TOO_FAST}"
        case StopCode.KILLED:
            return f"The training process was ended from outside ({_killer(reason.signal or 0)}. {_KEPT}"
        case StopCode.DIED:
            return f"The training process ended unexpectedly (exit code {reason.exit_code}). {_KEPT}"
        case StopCode.FAILED_TO_START:
            return f"The training process could not be started ({escape_markdown(reason.text or '')}). Try again."
        case StopCode.ERROR | StopCode.TOLD:
            return escape_markdown(reason.text or "")
        case _:
            return _FIXED[reason.code]


def _killer(number: int) -> str:
    name = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
    return f"{name}), most likely because memory ran out" if number == _SIGKILL else f"{name})"
