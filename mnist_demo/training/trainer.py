"""The training of one experiment in this process, from its beginning or from the last state of a run."""

import contextlib
import os
from collections.abc import Callable
from typing import Any

from mnist_demo.data import MnistData
from mnist_demo.experiment import Experiment
from mnist_demo.network import build_model
from mnist_demo.runs import EventKind, EventWriter, Run, RunState, StopReason, create_run, write_state
from mnist_demo.training.batch_loop import BatchLoop
from mnist_demo.training.callbacks.callbacks import Callbacks
from mnist_demo.training.callbacks.steering import StopRequested
from mnist_demo.training.callbacks.terminate_on_nan import DivergedError
from mnist_demo.training.checkpoint import Position
from mnist_demo.training.continuation import Continuation
from mnist_demo.training.control import Control
from mnist_demo.training.pipeline import validation_batches
from mnist_demo.training.preparation import Preparation
from mnist_demo.training.progress import Progress
from mnist_demo.training.resuming import begin_at, continue_at, take_up
from mnist_demo.training.weights import load_weights

MAX_BATCHES_PER_CALL = 8
"""Most batches in one call of the graph; more batches save no further time."""

LONGEST_CALL = 0.2
"""Most seconds that one call of the graph should take, because commands are noticed between two calls."""

MULTIPLY_ADDS_PER_SECOND = 2e10
"""Multiplications with addition that two slow cores do in a second, in a small network."""


def train(
    experiment: Experiment,
    data: MnistData,
    run_folder: str | os.PathLike[str],
    control: Control | None = None,
) -> Run:
    """Train an experiment to its end, blocking, and leave all results in the run's folder.

    The same experiment gives the same losses on the same machine.

    Example:
        >>> import tempfile
        >>> from mnist_demo.data import load_mnist
        >>> from mnist_demo.experiment import Experiment
        >>> from mnist_demo.experiment.settings import TrainingSettings
        >>> from mnist_demo.network import Dense, Flatten, Network
        >>> from mnist_demo.training import train
        >>> experiment = Experiment(
        ...     network=Network(layers=(Flatten(), Dense(16))),
        ...     training=TrainingSettings(batch_size=100, epochs=2, train_images=500, validation_images=200),
        ... )
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     run = train(experiment, load_mnist(), folder)
        ...     epochs = run.history().epochs
        ...     print(run.state, epochs["images"], len(epochs["val_accuracy"]), run.model_path.exists())
        finished [ 500. 1000.] 2 True

    Args:
        experiment: The network, its data and the training settings.
        data: The images. The training uses the first `train_images` and `validation_images` of the splits.
        run_folder: The folder of the run, which `train` makes if necessary.
        control: A line of commands by which another thread or process pauses, steps, changes and stops the training.

    Returns:
        The run: finished, stopped, or failed because the loss is not finite any more (`run.reason` says so).

    Raises:
        TrainingError: If the experiment asks for more images than the data has.
        OSError: If the folder cannot be written.
    """
    run = create_run(run_folder, experiment)
    return _recorded(run, lambda writer: _begin(run, Preparation(experiment, data), writer, control))


def train_more(
    run_folder: str | os.PathLike[str],
    data: MnistData,
    continuation: Continuation | None = None,
    control: Control | None = None,
) -> Run:
    """Continue a run from its last state, blocking; the losses are those of an uninterrupted run.

    An interrupted run continues to its planned end. A run that has reached its end continues for `continuation.epochs`
    more, over which the learning-rate schedule begins again (a warm restart, after Loshchilov & Hutter, "SGDR:
    Stochastic Gradient Descent with Warm Restarts", 2017). If the optimizer's state cannot be read, training continues
    from the weights of the newest snapshot, and a note in the run's events says so.

    Args:
        run_folder: The folder of a run that has ended.
        data: The images of the run.
        continuation: How far the run continues, and at which learning rate.
        control: A line of commands, as in `train`.

    Returns:
        The run, as `train` returns it.

    Raises:
        TrainingError: If all epochs are done, or the data has too few images.
        OSError: If the folder cannot be read or written.
        ValueError: If the run's experiment cannot be read.
    """
    run = Run(run_folder)
    asked = continuation or Continuation()
    start = continue_at(run, asked)

    def fit(writer: EventWriter) -> StopReason | None:
        made = Preparation(run.experiment, data, start)
        return _Training(run, made, writer, control, start, is_continued=True).fit(asked.learning_rate)

    return _recorded(run, fit)


def _begin(run: Run, made: Preparation, writer: EventWriter, control: Control | None) -> StopReason | None:
    start = begin_at(made.experiment)
    return _Training(run, made, writer, control, start, is_continued=False).fit()


def _recorded(run: Run, fit: Callable[[EventWriter], StopReason | None]) -> Run:
    """Fit, and write to the run's events how the training ended."""
    with EventWriter(run.events_path) as writer:
        write_state(writer, RunState.STARTING)
        try:
            why_ended = fit(writer)
        except StopRequested as stopped:
            write_state(writer, RunState.STOPPED, stopped.reason)
        except DivergedError as diverged:
            write_state(writer, RunState.FAILED, diverged.reason)
        except BaseException as error:
            # A full disk takes no last event either; the caller then knows the error.
            with contextlib.suppress(OSError):
                write_state(writer, RunState.FAILED, StopReason.of_error(error))
            raise
        else:
            write_state(writer, RunState.FINISHED, why_ended)
        finally:
            # The last snapshot holds the weights, so the live weights of the unfinished epoch are removed.
            run.live_path.unlink(missing_ok=True)
    return run


class _Training:
    """One training from a position on: a prepared model and its callbacks."""

    def __init__(
        self,
        run: Run,
        made: Preparation,
        writer: EventWriter,
        control: Control | None,
        start: Position,
        *,
        is_continued: bool,
    ) -> None:
        settings = made.experiment.training
        self._run, self._made, self._settings, self._writer = run, made, settings, writer
        # A continued run has newer weights, and loads its first weights only if no others can be read.
        if not is_continued and run.initial_path.exists():
            load_weights(run.initial_path, made.model)
        writer.write(
            EventKind.PLAN,
            epochs=start.last_epoch,
            steps_per_epoch=settings.steps(),
            images_per_epoch=settings.train_images,
            parameters=made.model.count_params(),
        )
        self._start = self._taken_up(start) if is_continued else start
        if not is_continued and run.history().step:
            # The folder held a run already, whose figures must not count.
            writer.write(EventKind.RESUME, epoch=0, step=0, reported=0, seconds=0.0)
        progress = Progress(self._start, settings, made.rate)
        self._callbacks = Callbacks(progress, run, writer, control or Control(), made.data.validation)

    def fit(self, learning_rate: float | None = None) -> StopReason | None:
        """Train to the end.

        Args:
            learning_rate: A new learning rate for the run; unchanged by default.

        Returns:
            Why the training ended before its last epoch; None if no rule ended it early.

        Raises:
            StopRequested: If a command stops the training; the weights are saved.
            DivergedError: If the loss is not finite.
        """
        settings, start, model, callbacks = self._settings, self._start, self._made.model, self._callbacks
        if learning_rate is not None:
            callbacks.steering.change_rate(learning_rate)
        loop = BatchLoop(self._made.graph, callbacks, settings.steps(), _batches_per_call(self._made.experiment))
        # `train_function` is an inner name of Keras, checked in the pinned 3.15: `fit` calls the function once a step,
        # and a model that has one makes no function of its own.
        model.train_function = loop
        try:
            model.fit(
                self._made.batches_from(start),
                initial_epoch=start.epoch,
                epochs=start.last_epoch,
                steps_per_epoch=loop.calls_per_epoch,
                validation_data=validation_batches(
                    self._made.data.validation, settings, self._made.experiment.network.report().images_at_once
                ),
                callbacks=[callbacks],
                # The batches are shuffled already.
                shuffle=False,
                verbose=0,
            )
        except StopRequested:
            callbacks.keep_stopped()
            _save_model(self._run, model)
            raise
        _save_model(self._run, model)
        return callbacks.stop_reason

    def _taken_up(self, start: Position) -> Position:
        """Restore the model to the last state of the run."""
        position, note = take_up(self._run, self._made.model, start)
        self._made.rate.factor.assign(position.rate_factor)
        self._writer.write(
            EventKind.RESUME,
            epoch=position.epoch,
            step=position.epoch * self._settings.steps() + position.batch,
            reported=position.reported_step,
            seconds=position.seconds,
            **({"note": note} if note else {}),
        )
        return position


def _batches_per_call(experiment: Experiment) -> int:
    """Return the batches per call of the graph: several for a small network, one for a large network.

    Several batches a call save a quarter of a small network's time. A call stays well below half a second, because
    commands are noticed between two calls.
    """
    multiply_adds = 3 * experiment.network.report().multiply_adds * experiment.training.batch_size  # both gradients too
    return max(1, min(MAX_BATCHES_PER_CALL, int(LONGEST_CALL * MULTIPLY_ADDS_PER_SECOND / (multiply_adds + 1))))


def _save_model(run: Run, model: Any) -> None:
    # The saved copy has no optimizer, so it loads without the lab's own classes.
    plain = build_model(run.experiment.network)
    plain.set_weights(model.get_weights())
    # Keras chooses the format by the suffix, so the unfinished file has the suffix too.
    beside = run.model_path.with_name(f".{os.getpid()}.part.keras")
    plain.save(beside)
    beside.replace(run.model_path)
