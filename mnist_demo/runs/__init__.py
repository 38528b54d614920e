"""Labs and runs on disk, and the limits on both."""

from mnist_demo.files import write_atomically
from mnist_demo.runs.annotations import Annotations, annotations_path, name_of, read_annotations, write_annotations
from mnist_demo.runs.events import EventKind, EventWriter, RunState, read_events
from mnist_demo.runs.evicted import Evicted, EvictionReason
from mnist_demo.runs.history import DigitAnswers, History, Plan
from mnist_demo.runs.lab import HOME_VARIABLE, Lab, LabError, home, is_lab_id, new_lab_id
from mnist_demo.runs.lab_runs import LabRuns
from mnist_demo.runs.limits import StoreLimits
from mnist_demo.runs.predictions import Predictions, final_predictions, keep_predictions
from mnist_demo.runs.run import Run, create_run, write_state
from mnist_demo.runs.run_id import TIME_FORMAT, RunId
from mnist_demo.runs.stop_reasons import StopCode, StopReason
from mnist_demo.runs.store import StoreFullError, keep_data, make_room, sweep
from mnist_demo.runs.summary import Summary, read_summary

__all__ = [
    "HOME_VARIABLE",
    "TIME_FORMAT",
    "Annotations",
    "DigitAnswers",
    "EventKind",
    "EventWriter",
    "Evicted",
    "EvictionReason",
    "History",
    "Lab",
    "LabError",
    "LabRuns",
    "Plan",
    "Predictions",
    "Run",
    "RunId",
    "RunState",
    "StopCode",
    "StopReason",
    "StoreFullError",
    "StoreLimits",
    "Summary",
    "annotations_path",
    "create_run",
    "final_predictions",
    "home",
    "is_lab_id",
    "keep_data",
    "keep_predictions",
    "make_room",
    "name_of",
    "new_lab_id",
    "read_annotations",
    "read_events",
    "read_summary",
    "sweep",
    "write_annotations",
    "write_atomically",
    "write_state",
]
