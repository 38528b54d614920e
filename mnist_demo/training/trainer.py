"""Training one experiment in this process, from its beginning or from where a run stands."""

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
"""More of them save nothing further."""

LONGEST_CALL = 0.2
"""Seconds that one call of the graph should take at most: what the outside asks is noticed between two calls."""

MULTIPLY_ADDS_PER_SECOND = 2e10
"""What two slow cores manage in a small network."""


def train(
    experiment: Experiment,
    data: MnistData,
    run_folder: str | os.PathLike[str],
    control: Control | None = None,
) -> Run:
    """Train an experiment to its end, blocking, and leave everything in the run's folder.

    The same experiment on the same machine gives the same losses.

    Args:
        experiment: what to do.
        data: the images; the first `train_images` and `validation_images` of the splits are used.
        run_folder: where the run goes; it is made when it is not there.
        control: a line by which another thread or process can pause, step, change and stop.

    Returns:
        The run: finished, stopped, or failed because the loss stopped being a number (`run.reason` says so).

    Raises:
        TrainingError: when the experiment asks for more images than the data has.
        OSError: when the folder cannot be written.
    """
    run = create_run(run_folder, experiment)
    return _recorded(run, lambda writer: _begin(run, Preparation(experiment, data), writer, control))


def train_more(
    run_folder: str | os.PathLike[str],
    data: MnistData,
    continuation: Continuation | None = None,
    control: Control | None = None,
) -> Run:
    """Take a run up where it stands, blocking: the losses are those that an uninterrupted run would have had.

    A run that was interrupted goes on to the end that it had; one that has reached it goes on for
    `continuation.epochs` more, over which a schedule begins again (a warm restart, after Loshchilov & Hutter, "SGDR:
    Stochastic Gradient Descent with Warm Restarts", 2017). When the optimizer's memory cannot be read any more, the
    newest snapshot's weights are gone on from, and the run says so.

    Args:
        run_folder: of a run that has ended.
        data: what the run was trained on.
        continuation: how far, and at which learning rate.
        control: as `train` takes it.

    Returns:
        The run, as `train` does.

    Raises:
        TrainingError: when there is nothing left to do, or the data has too few images.
        OSError: when the folder cannot be read or written.
        ValueError: when the folder's experiment cannot be read.
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
    """Fit, and let the run's events say how it ended."""
    with EventWriter(run.events_path) as writer:
        write_state(writer, RunState.STARTING)
        try:
            why_ended = fit(writer)
        except StopRequested as stopped:
            write_state(writer, RunState.STOPPED, stopped.reason)
        except DivergedError as diverged:
            write_state(writer, RunState.FAILED, diverged.reason)
        except BaseException as error:
            # On a full disk the last word cannot be written either; who started the training then says it.
            with contextlib.suppress(OSError):
                write_state(writer, RunState.FAILED, StopReason.of_error(error))
            raise
        else:
            write_state(writer, RunState.FINISHED, why_ended)
        finally:
            # The last snapshot holds what was learned; nothing is live any more.
            run.live_path.unlink(missing_ok=True)
    return run


class _Training:
    """One training from a position on: a model made ready, and its callbacks."""

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
        if run.initial_path.exists():
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
            # The folder held a run already, whose figures count no more.
            writer.write(EventKind.RESUME, epoch=0, step=0, reported=0, seconds=0.0)
        progress = Progress(self._start, settings, made.rate)
        self._callbacks = Callbacks(progress, run, writer, control or Control(), made.data.validation)

    def fit(self, learning_rate: float | None = None) -> StopReason | None:
        """Train to the end.

        Args:
            learning_rate: another one than the run had.

        Returns:
            Why the training ended before its last epoch, when one of its own rules ended it.

        Raises:
            StopRequested: when somebody asked to stop; what was learned is kept.
            DivergedError: when the loss stopped being a number.
        """
        settings, start, model, callbacks = self._settings, self._start, self._made.model, self._callbacks
        if learning_rate is not None:
            callbacks.steering.change_rate(learning_rate)
        loop = BatchLoop(self._made.graph, callbacks, settings.steps(), _batches_per_call(self._made.experiment))
        # An inner name of Keras, the same in 3.15 as pinned: `fit` calls it once a step, and a model that has one
        # makes none of its own.
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
                # The batches come in an order of their own already.
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
        """Put the model into the state that the run was left in."""
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
    """Batches per call of the graph: several save a quarter of a small network's time, one keeps a large one in hand.

    A stop is noticed between two calls, so a call stays well below half a second.
    """
    multiply_adds = 3 * experiment.network.report().multiply_adds * experiment.training.batch_size  # both gradients too
    return max(1, min(MAX_BATCHES_PER_CALL, int(LONGEST_CALL * MULTIPLY_ADDS_PER_SECOND / (multiply_adds + 1))))


def _save_model(run: Run, model: Any) -> None:
    # A copy without the optimizer loads anywhere: no schedule of ours, no training state.
    plain = build_model(run.experiment.network)
    plain.set_weights(model.get_weights())
    # Keras chooses the format by the ending, so the unfinished file has it too.
    beside = run.model_path.with_name(f".{os.getpid()}.part.keras")
    plain.save(beside)
    beside.replace(run.model_path)
