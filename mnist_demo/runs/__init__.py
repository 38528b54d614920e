"""What is kept of a training: the run folder, its reader and writer, and a lab's ledger."""

from mnist_demo.runs.events import EventKind, EventWriter, RunState, read_events
from mnist_demo.runs.ledger import HOME_VARIABLE, Ledger, LedgerError, home, is_lab_id, new_lab_id
from mnist_demo.runs.run import (
    DigitAnswers,
    History,
    Plan,
    Run,
    create_run,
    write_atomically,
    write_state,
)

__all__ = [
    "HOME_VARIABLE",
    "DigitAnswers",
    "EventKind",
    "EventWriter",
    "History",
    "Ledger",
    "LedgerError",
    "Plan",
    "Run",
    "RunState",
    "create_run",
    "home",
    "is_lab_id",
    "new_lab_id",
    "read_events",
    "write_atomically",
    "write_state",
]
