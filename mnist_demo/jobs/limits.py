"""Limits on the time that a job keeps its slot while others wait, and on the number of jobs."""

from dataclasses import dataclass

from mnist_demo import fields


class QueueFullError(OSError):
    """The queue accepts no further training; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class QueueLimits:
    """The limits on jobs. Seconds count only against a job while other labs wait.

    Raises:
        FieldError: On construction, if a value is not accepted.
    """

    # A shorter slice would waste more than a thirtieth, because stopping and continuing costs two seconds.
    time_slice: float = fields.real(60.0, 1, 86_400, "Seconds of training until a job lets others go first.", step=1)
    idle_timeout: float = fields.real(180.0, 0, 86_400, "Seconds without a heartbeat until a job is stopped.", step=1)
    pause_patience: float = fields.real(120.0, 0, 86_400, "Seconds that a paused job may keep its slot.", step=1)
    max_per_lab: int = fields.integer(10, 1, 1_000, "Jobs of one lab that wait or are trained.")
    max_waiting: int = fields.integer(200, 1, 100_000, "Jobs of all labs that wait.")

    def __post_init__(self) -> None:
        fields.check(self)
