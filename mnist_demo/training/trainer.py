"""Training one experiment in this process."""

import os
from typing import Any

from mnist_demo.data import MnistData
from mnist_demo.experiment import Experiment
from mnist_demo.network import build_model
from mnist_demo.runs import EventKind, EventWriter, Run, RunState, create_run, write_state
from mnist_demo.training.control import Control
from mnist_demo.training.optimizers import build_optimizer
from mnist_demo.training.pipeline import training_batches, validation_batches
from mnist_demo.training.recorder import DivergedError, Recorder, StopRequested
from mnist_demo.training.weights import save_weights

MAX_STEPS_PER_EXECUTION = 8
"""More of them save nothing further."""

LONGEST_EXECUTION = 0.2
"""Seconds that one call of the graph should take at most."""

MULTIPLY_ADDS_PER_SECOND = 2e10
"""What two slow cores manage in a small network."""


class TrainingError(ValueError):
    """A training that cannot begin; the message names what does not fit."""


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
        control: a line by which another thread or process can ask to stop.

    Returns:
        The run: finished, stopped, or failed because the loss stopped being a number (`run.reason` says so).

    Raises:
        TrainingError: when the experiment asks for more images than the data has.
        OSError: when the folder cannot be written.
    """
    control = control or Control()
    run = create_run(run_folder, experiment)
    with EventWriter(run.events_path) as writer:
        write_state(writer, RunState.STARTING)
        try:
            _fit(experiment, data, run, writer, control)
        except StopRequested:
            write_state(writer, RunState.STOPPED)
        except DivergedError as diverged:
            write_state(writer, RunState.FAILED, str(diverged))
        except BaseException as error:
            write_state(writer, RunState.FAILED, _sentence(error))
            raise
        else:
            write_state(writer, RunState.FINISHED)
    return run


def _fit(experiment: Experiment, data: MnistData, run: Run, writer: EventWriter, control: Control) -> None:
    settings = experiment.training
    _check_sizes(experiment, data)
    total_steps = settings.epochs * settings.steps()
    model = build_model(experiment.network, seed=experiment.seed)
    model.compile(
        optimizer=build_optimizer(settings, total_steps),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=_steps_per_execution(experiment),
        # Forced on, XLA is two to five times slower on CPUs.
        jit_compile=False,
    )
    writer.write(
        EventKind.PLAN,
        epochs=settings.epochs,
        steps_per_epoch=settings.steps(),
        images_per_epoch=settings.train_images,
        parameters=model.count_params(),
    )
    recorder = Recorder(
        run,
        writer,
        control,
        data.validation,
        batch_size=settings.batch_size,
        images_per_epoch=settings.train_images,
        total_steps=total_steps,
    )
    try:
        model.fit(
            training_batches(data.train, settings, experiment.seed),
            epochs=settings.epochs,
            steps_per_epoch=settings.steps(),
            validation_data=validation_batches(data.validation, settings),
            callbacks=[recorder],
            # The batches come in an order of their own already.
            shuffle=False,
            verbose=0,
        )
    except StopRequested:
        if recorder.is_within_epoch:
            save_weights(run.folder / "snapshots" / f"{recorder.epochs_done + 1:03d}.npz", model)
        _save_model(run, model)
        raise
    _save_model(run, model)


def _steps_per_execution(experiment: Experiment) -> int:
    """Batches per call of the graph: several save a quarter of a small network's time, one keeps a large one in hand.

    The number must divide the batches of an epoch: Keras 3.15 would otherwise take batches of the next one. A stop is
    noticed between two calls, so a call stays well below half a second.
    """
    settings = experiment.training
    multiply_adds = 3 * experiment.network.report().multiply_adds * settings.batch_size  # forward and both gradients
    most = max(1, min(MAX_STEPS_PER_EXECUTION, int(LONGEST_EXECUTION * MULTIPLY_ADDS_PER_SECOND / (multiply_adds + 1))))
    return max(steps for steps in range(1, most + 1) if settings.steps() % steps == 0)


def _save_model(run: Run, model: Any) -> None:
    # A copy without the optimizer loads anywhere: no schedule of ours, no training state.
    plain = build_model(run.experiment.network)
    plain.set_weights(model.get_weights())
    # Keras chooses the format by the ending, so the unfinished file has it too.
    beside = run.model_path.with_name(f".{os.getpid()}.part.keras")
    plain.save(beside)
    beside.replace(run.model_path)


def _check_sizes(experiment: Experiment, data: MnistData) -> None:
    settings = experiment.training
    asked = (
        ("train_images", settings.train_images, len(data.train.labels)),
        ("validation_images", settings.validation_images, len(data.validation.labels)),
    )
    for name, wanted, available in asked:
        if wanted > available:
            raise TrainingError(f"{name} is {wanted:,}, but {data.name} has only {available:,} such images.")


def _sentence(error: BaseException) -> str:
    first_line = (str(error).strip().splitlines() or [""])[0][:300]
    return first_line if isinstance(error, TrainingError) else f"{type(error).__name__}: {first_line}"
