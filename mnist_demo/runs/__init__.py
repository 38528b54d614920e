"""What is kept of a training: the run folder, its reader and writer, and a lab's ledger."""

from mnist_demo.files import write_atomically
from mnist_demo.runs.about import About, about_path, name_of, read_about, write_about
from mnist_demo.runs.events import EventKind, EventWriter, RunState, read_events
from mnist_demo.runs.final_answers import FinalAnswers, keep_final_answers, kept_final_answers
from mnist_demo.runs.ledger import HOME_VARIABLE, Ledger, LedgerError, home, is_lab_id, new_lab_id
from mnist_demo.runs.leftovers import sweep_leftovers
from mnist_demo.runs.retention import Drop, DropReason, StoredRun, StoreLimits, choose_drops, survey
from mnist_demo.runs.run import DigitAnswers, History, Plan, Run, create_run, write_state
from mnist_demo.runs.store import (
    Dropped,
    StoreFullError,
    dropped_path,
    forget_dropped,
    make_room,
    read_dropped,
    sweep,
)
from mnist_demo.runs.summary import Summary, read_summary
from mnist_demo.runs.uploads import bench_run_path, data_path, experiment_path, sweep_uploads

__all__ = [
    "HOME_VARIABLE",
    "About",
    "DigitAnswers",
    "Drop",
    "DropReason",
    "Dropped",
    "EventKind",
    "EventWriter",
    "FinalAnswers",
    "History",
    "Ledger",
    "LedgerError",
    "Plan",
    "Run",
    "RunState",
    "StoreFullError",
    "StoreLimits",
    "StoredRun",
    "Summary",
    "about_path",
    "bench_run_path",
    "choose_drops",
    "create_run",
    "data_path",
    "dropped_path",
    "experiment_path",
    "forget_dropped",
    "home",
    "is_lab_id",
    "keep_final_answers",
    "kept_final_answers",
    "make_room",
    "name_of",
    "new_lab_id",
    "read_about",
    "read_dropped",
    "read_events",
    "read_summary",
    "survey",
    "sweep",
    "sweep_leftovers",
    "sweep_uploads",
    "write_about",
    "write_atomically",
    "write_state",
]
