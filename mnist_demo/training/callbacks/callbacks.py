"""The callbacks of one training, in the order in which they act."""

from typing import Any

from mnist_demo.data import Split
from mnist_demo.runs import EventWriter, Run, StopReason
from mnist_demo.training.callbacks.backup_and_restore import Backup
from mnist_demo.training.callbacks.callback import Callback
from mnist_demo.training.callbacks.early_stopping import EarlyStopping, TargetAccuracy
from mnist_demo.training.callbacks.event_loggers import BatchLogger, EpochLogger
from mnist_demo.training.callbacks.fixed_digits import FixedDigits
from mnist_demo.training.callbacks.model_checkpoint import LiveWeights, ModelCheckpoint
from mnist_demo.training.callbacks.steering import Steering
from mnist_demo.training.callbacks.terminate_on_nan import TerminateOnNaN
from mnist_demo.training.control import Control
from mnist_demo.training.progress import Progress


class Callbacks(Callback):
    """All callbacks of a training as one callback, which is also the watcher of the batch loop.

    Args:
        progress: The counts of the training.
        run: The run that takes weights and checkpoints.
        writer: The writer of the run's events.
        control: The line of commands.
        validation: The split whose first digits are predicted throughout.
    """

    def __init__(self, progress: Progress, run: Run, writer: EventWriter, control: Control, validation: Split) -> None:
        super().__init__(progress)
        self._divergence = TerminateOnNaN(progress)
        self._batches = BatchLogger(progress, writer)
        self._snapshots = ModelCheckpoint(progress, run)
        self._rules = (TargetAccuracy(progress), EarlyStopping(progress))
        self._backup = Backup(progress, run.checkpoint_path, self._divergence)
        self.steering = Steering(progress, control, writer, self._keep_state)
        self._all: tuple[Callback, ...] = (
            # The divergence check acts first, so no weights of a diverged network are saved.
            self._divergence,
            self._batches,
            self._snapshots,
            FixedDigits(progress, writer, validation),
            EpochLogger(progress, writer),
            LiveWeights(progress, run, self._divergence),
            *self._rules,
            # The backup acts after the events and the rules, because it saves their counts.
            self._backup,
            # The steering acts last, because it starts the clock.
            self.steering,
        )

    @property
    def batch(self) -> int:
        """Batches of the current epoch that are done."""
        return self.progress.batch

    @property
    def stop_reason(self) -> StopReason | None:
        """Why one of the rules ended the training before its last epoch."""
        return next((rule.reason for rule in self._rules if rule.reason), None)

    def allowed(self, most: int) -> int:
        """Return how many batches may be done now; wait while the training is paused."""
        return self.steering.allowed(most)

    def batches_done(self, count: int, logs: dict[str, Any]) -> None:
        """Count the batches of a call of the graph, and let each callback see them."""
        self.progress.add(count, logs)
        self._batches.is_stepping = self.steering.is_stepping
        for callback in self._all:
            callback.on_batches_end(count, logs)

    def set_model(self, model: Any) -> None:
        """Give the model to each callback."""
        super().set_model(model)
        for callback in self._all:
            callback.set_model(model)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Tell each callback that the training begins."""
        for callback in self._all:
            callback.on_train_begin(logs)

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Pause or stop during a validation too."""
        self.steering.on_test_batch_end(batch, logs)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Count the epoch, and let each callback see it."""
        self.progress.end_epoch()
        for callback in self._all:
            callback.on_epoch_end(epoch, logs)

    def keep_stopped(self) -> None:
        """Save the weights and the state of a training that stops after a batch.

        Raises:
            DivergedError: If some weights are not finite.
        """
        self._divergence.check_weights()
        self._snapshots.save_unfinished_epoch()
        self._keep_state()

    def _keep_state(self) -> None:
        """Write the unreported batches and save the state, before a pause or a stop between two events."""
        self._batches.write_unreported()
        self._backup.save()
