"""What is kept of a training: the run folder, its reader and writer, and a lab's ledger."""

from mnist_demo.files import write_atomically
from mnist_demo.runs.annotations import Annotations, annotations_path, name_of, read_annotations, write_annotations
from mnist_demo.runs.events import EventKind, EventWriter, RunState, read_events
from mnist_demo.runs.ledger import HOME_VARIABLE, Ledger, LedgerError, home, is_lab_id, new_lab_id
from mnist_demo.runs.leftovers import sweep_leftovers
from mnist_demo.runs.predictions import Predictions, final_predictions, keep_predictions
from mnist_demo.runs.retention import Eviction, EvictionReason, StoredRun, StoreLimits, choose_evictions, survey
from mnist_demo.runs.run import DigitAnswers, History, Plan, Run, create_run, write_state
from mnist_demo.runs.store import (
    Evicted,
    StoreFullError,
    evicted_path,
    forget_evicted,
    make_room,
    read_evicted,
    sweep,
)
from mnist_demo.runs.summary import Summary, read_summary
from mnist_demo.runs.uploads import bench_run_path, data_path, experiment_path, sweep_uploads

__all__ = [
    "HOME_VARIABLE",
    "Annotations",
    "DigitAnswers",
    "EventKind",
    "EventWriter",
    "Evicted",
    "Eviction",
    "EvictionReason",
    "History",
    "Ledger",
    "LedgerError",
    "Plan",
    "Predictions",
    "Run",
    "RunState",
    "StoreFullError",
    "StoreLimits",
    "StoredRun",
    "Summary",
    "annotations_path",
    "bench_run_path",
    "choose_evictions",
    "create_run",
    "data_path",
    "evicted_path",
    "experiment_path",
    "final_predictions",
    "forget_evicted",
    "home",
    "is_lab_id",
    "keep_predictions",
    "make_room",
    "name_of",
    "new_lab_id",
    "read_annotations",
    "read_events",
    "read_evicted",
    "read_summary",
    "survey",
    "sweep",
    "sweep_leftovers",
    "sweep_uploads",
    "write_annotations",
    "write_atomically",
    "write_state",
]
