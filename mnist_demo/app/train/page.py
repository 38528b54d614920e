"""The page on which a network is trained."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_demo.app import navigation
from mnist_demo.app.session import current, datasets, server, trainings
from mnist_demo.app.theme import colours
from mnist_demo.app.train import player
from mnist_demo.app.widgets import digits, example_notice, start_button
from mnist_demo.app.widgets.digits import Caption
from mnist_demo.app.widgets.layout import choice, header
from mnist_demo.app.widgets.learning_curves import Measure, curve_frame, training_spec
from mnist_demo.app.widgets.live import live, watching
from mnist_demo.app.widgets.progress import STATE_ICONS, progress_line, progress_share
from mnist_demo.app.words import escape_markdown, plural
from mnist_demo.data import DataError
from mnist_demo.evaluation.percent import percent
from mnist_demo.experiment import DataReference, Experiment
from mnist_demo.experiment.settings import TrainingSettings
from mnist_demo.runs import History, Run, RunState, name_of
from mnist_demo.runs.events import FIXED_DIGITS

_MEASURES = {Measure.ACCURACY: "Accuracy", Measure.ERROR: "Error rate"}
_MEASURE = "train_measure"
_DIGITS_IN_A_ROW = 5
_UNKNOWN = "–"
# Two figures of this size fit side by side on a phone of 360 pixels.
_FIGURE_WIDTH, _FIGURE_HEIGHT = 156, 76
_FEW_STEPS = 40

_ABOUT_PLAN = (
    "An epoch is one pass through all training images. A batch is how many of them the network looks at before it "
    "changes its weights a little: one step. Both are set on Design."
)
_ABOUT = {
    "Training loss": "How surprised the network is by the right answers of the last images it learned from: 2.3 when "
    "it guesses among ten, near 0 when it is sure and right.",
    "Best validation": "Accuracy: the share of the validation images, from which it never learns, that it read "
    "correctly after its best epoch.",
    "Images per second": "How many images it learns from in a second, on this machine.",
}


def page() -> None:
    """Draw Train and its controls, the charts, and the fixed digits that the network reads again and again."""
    header("Train", "Press Train and watch the network learn. Leave the page or stop at any time: nothing is lost.")
    run = current.run()
    # The controls are part of the live fragment, because the charts and digits change with them.
    live(lambda: _steer_and_watch(run), watching(run, eagerly=True) if run else watching())
    navigation.next_step(navigation.EVALUATE, "See how good it is")


def _steer_and_watch(run: Run | None) -> None:
    # The browser may paint between any two messages. The old row is emptied before the new row is filled, so that there
    # are never two; the box around them keeps its height (`style.py`), so that nothing moves while both are empty.
    with st.container(key="train_controls"):
        if run is not None and server.run_state(run).is_active:
            row = st.container()
            st.empty()
            with row:
                player.show(run)
        else:
            st.empty()
            with st.container():
                _begin(run)
    _watch(run)


def _begin(ended: Run | None) -> None:
    """Draw the start of a new run, and the continuation of a run that has ended."""
    experiment = current.experiment()
    with st.container(horizontal=True, vertical_alignment="center"):
        start_button.start_button(
            "Train", lambda: trainings.train(experiment), type="primary", icon=":material/play_arrow:", key="train"
        )
        if ended is not None:
            player.show_more(ended)
        st.markdown(_plan(experiment), width="content", help=_ABOUT_PLAN)
    _warn_of_few_steps(experiment)


def _choose_measure() -> None:
    choice(
        "Right chart",
        _MEASURES,
        _MEASURE,
        help="From 97% on an accuracy axis shows nothing any more; the error rate on a logarithmic axis does.",
    )


def _warn_of_few_steps(experiment: Experiment) -> None:
    """Warn of a small data set in few and large batches, with which the network would hardly learn."""
    settings = experiment.training
    steps = settings.epochs * settings.steps()
    if steps < _FEW_STEPS:
        st.caption(
            f"That is {plural(steps, 'step')} in all, too few to learn much: choose smaller batches or more epochs on "
            "Design."
        )


def _plan(experiment: Experiment) -> str:
    settings = experiment.training
    return (
        f"**{escape_markdown(experiment.name)}**: {plural(settings.epochs, 'epoch')} of {settings.train_images:,} "
        f"images of {escape_markdown(experiment.data.name)} in batches of {settings.batch_size}"
    )


def _watch(own: Run | None) -> None:
    """Draw how a run is doing, or an example run before the first run begins."""
    run = own or current.trained_run()
    history = run.history()
    if run.is_example:
        text = f"{example_notice.example_sentence(run)} Press Train, and your own takes its place."
        st.progress(0.0, text=text)
    else:
        line = progress_line(run, history)
        if server.run_state(run) is RunState.FAILED:
            line = f":red[{STATE_ICONS[RunState.FAILED]} {line}]"
        st.progress(progress_share(run, history), text=f"**{escape_markdown(name_of(run))}** · {line}")
    _show_figures(history, is_example=run.is_example)
    _show_charts(run.experiment.training, history)
    _show_fixed_digits(run.experiment.data, history, will_answer=server.run_state(run).is_active)


def _show_figures(history: History, *, is_example: bool) -> None:
    # An example run was trained on another machine.
    speed = None if is_example else history.images_per_second
    loss = history.batches["loss"]
    best = history.best_validation_accuracy
    figures = {
        "Training loss": f"{loss[-1]:.3f}" if len(loss) else _UNKNOWN,
        "Best validation": percent(best) if best is not None else _UNKNOWN,
        "Images per second": f"{speed:,.0f}" if speed is not None else _UNKNOWN,
    }
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for label, figure in figures.items():
            st.metric(label, figure, width=_FIGURE_WIDTH, height=_FIGURE_HEIGHT, help=_ABOUT[label])
        _choose_measure()


def _show_charts(settings: TrainingSettings, history: History) -> None:
    frame = curve_frame(history)
    measure = Measure(st.session_state.get(_MEASURE, Measure.ACCURACY))
    columns = st.container(key="train_charts").columns(2)
    for column, shown in zip(columns, (Measure.LOSS, measure), strict=True):
        epochs = history.plan.epochs if history.plan else settings.epochs
        images = epochs * settings.train_images
        spec = training_spec(shown, images, settings.train_images, colours.primary_colour())
        text = (
            f"{shown.capitalize()} against images seen: a line for training, diamonds for validation after each epoch"
            f"{_spoken_rates(history)}"
        )
        # Each kind of chart has one key, so that between runs of the same length only the data change.
        column.vega_lite_chart(frame, spec, key=f"train_{shown}", alt=text)


def _spoken_rates(history: History) -> str:
    """Return the marks of changed learning rates in words, for visitors who cannot see them."""
    changes = zip(history.rates["images"], history.rates["learning_rate"], strict=True)
    said = [f"learning rate changed to {rate:g} at {images:,.0f} images" for images, rate in changes]
    return "".join(f"; {each}" for each in said)


def _show_fixed_digits(reference: DataReference, history: History, *, will_answer: bool) -> None:
    try:
        data = datasets.load(reference)
    except (OSError, DataError):
        st.caption(f"The images of {escape_markdown(reference.name)} are no longer kept.")
        return
    if history.digits is None:
        # The digits are drawn from the beginning, so that nothing moves when the first answers arrive.
        images, labels = data.validation.images[:FIXED_DIGITS], data.validation.labels[:FIXED_DIGITS]
        so_far = "its answers will stand here" if will_answer else "it gave no answers"
        st.caption(f"{_many(len(images))} that it never learns from: {so_far}")
        _show_digits(images, [Caption("")] * len(images), [data.class_names[label] for label in labels])
        return
    answers = history.digits.answers
    images, labels = data.validation.images[: len(answers)], data.validation.labels[: len(answers)]
    right = [answer == label for answer, label in zip(answers, labels, strict=True)]
    st.caption(
        f"{_many(len(answers))} that it never learns from, and its answers after "
        f"{plural(history.digits.step, 'batch')}: "
        f"{sum(right)} of {len(answers)} right"
    )
    captions = [
        Caption(data.class_names[answer][:8], is_right) for answer, is_right in zip(answers, right, strict=True)
    ]
    _show_digits(images, captions, _spoken(labels.tolist(), answers, data.class_names))


def _show_digits(images: NDArray[np.uint8], captions: list[Caption], spoken: list[str]) -> None:
    with st.container(horizontal=True, gap="medium"):
        # The digits are two pictures, so that a phone shows them below each other at full size.
        for start_index in range(0, len(images), 2 * _DIGITS_IN_A_ROW):
            part = slice(start_index, start_index + 2 * _DIGITS_IN_A_ROW)
            picture = digits.captioned_sheet(images[part], captions[part], _DIGITS_IN_A_ROW)
            digits.show(picture, alt=", ".join(spoken[part]))


def _many(count: int) -> str:
    # A small uploaded set can have fewer than twenty validation images.
    return "Twenty digits" if count == 20 else plural(count, "digit")


def _spoken(labels: list[int], answers: tuple[int, ...], names: tuple[str, ...]) -> list[str]:
    """Return the answer to each of the fixed digits in words, for visitors who cannot see the picture."""
    return [
        f"{names[label]} read right" if label == answer else f"{names[label]} read as {names[answer]}"
        for label, answer in zip(labels, answers, strict=True)
    ]


page()
