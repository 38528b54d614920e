"""The state and progress of a run, in words and as a share."""

from mnist_demo.app.session import server
from mnist_demo.app.words import duration, plural
from mnist_demo.app.words.stop_reasons import in_words
from mnist_demo.runs import History, Run, RunState
from mnist_demo.runs.history import Validation

STATE_ICONS = {
    RunState.QUEUED: ":material/hourglass_empty:",
    RunState.STARTING: ":material/rocket_launch:",
    RunState.TRAINING: ":material/model_training:",
    RunState.PAUSED: ":material/pause_circle:",
    RunState.STOPPING: ":material/stop_circle:",
    RunState.STOPPED: ":material/stop_circle:",
    RunState.FINISHED: ":material/check_circle:",
    RunState.FAILED: ":material/error:",
}


def progress_share(run: Run, history: History) -> float:
    """Return the finished share of a run, 0 to 1; a finished run has 1, even before its last epoch."""
    return 1.0 if server.run_state(run) is RunState.FINISHED else history.progress


def validation_names(validation: Validation, *, is_active: bool) -> tuple[str, str]:
    """Return what the two validation accuracies are of: 'final network' or 'epoch 3', and 'best epoch 2'.

    Args:
        validation: The accuracies of a run.
        is_active: Whether the run is still trained, so that no network is its final one.
    """
    is_final = validation.is_whole and not is_active
    return (
        "final network" if is_final else f"epoch {validation.newest_epoch}",
        f"best epoch {validation.best_epoch}",
    )


def progress_line(run: Run, history: History) -> str:
    """Return the state and progress of a run, in words."""
    now = server.run_state(run)
    epochs = history.plan.epochs if history.plan else run.experiment.training.epochs
    match now:
        case RunState.QUEUED:
            ahead = server.jobs().place(run)
            if not ahead:
                return "About to start"
            wait = server.jobs().wait_seconds(run)
            about = f", about {duration(wait)}" if wait is not None and wait >= 1 else ""
            preempted = f". {in_words(run.reason)}" if run.reason else ""
            return f"Waiting: {ahead} ahead of you{about}{preempted}"
        case RunState.STARTING:
            return "Getting ready: the network is being built"
        case RunState.TRAINING:
            epoch = min(epochs, len(history.epochs["epoch"]) + 1)
            left = history.seconds_left
            return f"Epoch {epoch} of {epochs}" + (f", {duration(left)} left" if left is not None else "")
        case RunState.PAUSED:
            epoch = min(epochs, len(history.epochs["epoch"]) + 1)
            return f"Paused in epoch {epoch} of {epochs}, after {history.images:,} images"
        case RunState.STOPPING:
            return "Stopping: what was learned is being kept"
        case RunState.STOPPED:
            done = len(history.epochs["epoch"])
            stopped = f"Stopped after {done} of {epochs} epochs and {history.images:,} images"
            return f"{in_words(run.reason)} {stopped}" if run.reason else stopped
        case RunState.FINISHED:
            done = len(history.epochs["epoch"])
            if run.reason:
                return in_words(run.reason)
            return f"Finished: {plural(done, 'epoch')} in {duration(history.seconds)}"
        case RunState.FAILED:
            interrupted = "Interrupted: the server stopped. The epochs that were finished are kept"
            reason = server.jobs().reason(run)
            return in_words(reason) if reason else interrupted
