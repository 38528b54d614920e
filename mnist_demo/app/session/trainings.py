"""Starts and continues a visitor's trainings."""

from dataclasses import replace

from mnist_demo.app.session import current, datasets, housekeeping, server
from mnist_demo.app.session.current import set_run
from mnist_demo.app.session.lab import lab
from mnist_demo.app.session.server import jobs
from mnist_demo.app.words import could_not
from mnist_demo.data import DataError, Split, load_mnist
from mnist_demo.experiment import Experiment
from mnist_demo.jobs.fine_tuning import plan_fine_tuning
from mnist_demo.jobs.going_back import plan_going_back
from mnist_demo.presets import PRESETS
from mnist_demo.runs import Run
from mnist_demo.training import Continuation
from mnist_demo.training.resuming import continue_at


def start_training(wanted: Experiment) -> Run:
    """Queue an experiment of this lab and make its run the current one.

    Raises:
        OSError: If the run's folder cannot be written, the lab is full of pinned runs, or the queue is full.
    """
    jobs().check_accepts(lab().id)
    housekeeping.make_room(lab(), jobs())
    started = lab().runs.create(wanted)
    jobs().submit(started, datasets.path_of(wanted.data))
    housekeeping.sweep_soon(jobs())
    set_run(started.id)
    return started


def start_together(first: Experiment, second: Experiment) -> tuple[Run, Run]:
    """Queue two experiments on the same data that are trained at the same time; the first run becomes the current one.

    Raises:
        StartError: If the runs cannot be created.
    """
    try:
        jobs().check_accepts(lab().id, 2)
        # Room is made once, because making room for the second could evict the first, which nothing trains yet.
        housekeeping.make_room(lab(), jobs())
        one, other = lab().runs.create(first), lab().runs.create(second)
        jobs().submit_together(one, other, datasets.path_of(first.data))
    except OSError as error:
        raise StartError(could_not("The runs could not be created", error)) from error
    housekeeping.sweep_soon(jobs())
    set_run(one.id)
    return one, other


def fine_tune(source: Run, drawings: Split) -> Run:
    """Queue a copy of a run of this lab for fine-tuning on drawings, mixed with MNIST; make the copy the current run.

    Raises:
        FineTuningError: If there are too few drawings, or the run cannot be fine-tuned.
        OSError: If the run's folder cannot be written, the lab is full of pinned runs, or the queue is full.
    """
    jobs().check_accepts(lab().id)
    housekeeping.make_room(lab(), jobs())
    fine_tuning = plan_fine_tuning(source, drawings, load_mnist())
    started = lab().runs.create(fine_tuning.experiment, fine_tuning.write)
    jobs().submit(started, started.own_data_path)
    housekeeping.sweep_soon(jobs())
    set_run(started.id)
    return started


def train_more(of: Run, continuation: Continuation) -> None:
    """Queue an ended run of this lab, to be resumed from its last state, and make it the current run.

    Raises:
        DataError: If its data is no longer kept.
        TrainingError: If nothing is left to train.
        OSError: If the run's folder cannot be written, or the queue is full.
    """
    jobs().check_accepts(lab().id)
    reference = of.experiment.data
    path = of.own_data_path if of.own_data_path.exists() else datasets.path_of(reference)
    if path is not None and not path.exists():
        raise DataError(f"The data set {reference.name} is no longer kept.")
    # The continuation is checked again, because another tab may have resumed the run to its end meanwhile.
    continue_at(of, continuation)
    jobs().submit(of, path, continuation)
    set_run(of.id)


class StartError(Exception):
    """The reason why a training could not be started: a sentence for the page."""


def train(experiment: Experiment) -> None:
    """Start the training of an experiment; the second of two quick clicks finds it started and does nothing.

    Raises:
        StartError: If the run cannot be created.
    """
    current_run = current.run()
    if current_run is None or not server.run_state(current_run).is_active:
        begin(experiment)


def try_rate(of: Run, learning_rate: float) -> None:
    """Make a run's experiment with another learning rate the current one, and train it in place of the run.

    Raises:
        StartError: If the data is no longer kept, or the run cannot be created.
    """
    before = of.experiment
    _check_kept(of)
    changed = replace(before, training=replace(before.training, learning_rate=learning_rate))
    current.set_experiment(changed)
    jobs().stop(of)
    begin(changed)


def go_back(of: Run, epoch: int, learning_rate: float) -> None:
    """Train a new run that goes on from an epoch of a run, at another learning rate, and stop the run.

    Raises:
        StartError: If the data or the weights are no longer kept, or the run cannot be created.
    """
    _check_kept(of)
    try:
        jobs().check_accepts(lab().id)
        plan = plan_going_back(of, epoch, learning_rate)
        jobs().stop(of)
        housekeeping.make_room(lab(), jobs())
        started = lab().runs.create(plan.experiment, plan.write)
        jobs().submit(started, datasets.path_of(plan.experiment.data))
    except ValueError as error:
        raise StartError(str(error)) from error
    except OSError as error:
        raise StartError(could_not("The run could not be created", error)) from error
    housekeeping.sweep_soon(jobs())
    set_run(started.id)


def _check_kept(of: Run) -> None:
    reference = of.experiment.data
    if not datasets.is_kept(reference):
        raise StartError(f"The data set {reference.name} is no longer kept. Give these images again on Explore.")


def train_preset(name: str) -> None:
    """Make a preset the current experiment, on the current data, and start its training, as `train` does."""
    wanted = preset(name)
    current.set_experiment(wanted)
    train(wanted)


def preset(name: str) -> Experiment:
    """Return a preset on the data of the current experiment."""
    return datasets.fit(PRESETS[name], current.experiment().data)


def begin(experiment: Experiment) -> Run:
    """Queue an experiment, even when another training is active.

    Raises:
        StartError: If the run cannot be created.
    """
    try:
        return start_training(experiment)
    except OSError as error:
        raise StartError(could_not("The run could not be created", error)) from error
