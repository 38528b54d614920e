"""The page on which a network is trained."""

import streamlit as st

from mnist_demo.app import navigation
from mnist_demo.app.session import current, datasets, server, trainings
from mnist_demo.app.theme import colours
from mnist_demo.app.train import player, told
from mnist_demo.app.widgets import digits, example_notice, glossary, start_button
from mnist_demo.app.widgets.fixed_digits import fixed_digits
from mnist_demo.app.widgets.former import former_words
from mnist_demo.app.widgets.layout import choice, header
from mnist_demo.app.widgets.learning_curves import Measure, curve_frame, training_spec
from mnist_demo.app.widgets.live import live, watching
from mnist_demo.app.widgets.progress import STATE_ICONS, progress_line, progress_share, validation_names
from mnist_demo.app.words import escape_markdown, plural
from mnist_demo.data import DataError
from mnist_demo.evaluation.percent import percent
from mnist_demo.experiment import DataReference, Experiment
from mnist_demo.experiment.settings import TrainingSettings
from mnist_demo.presets import shown_name
from mnist_demo.runs import History, Run, RunState, name_of
from mnist_demo.runs.history import Validation

_MEASURES = {Measure.ACCURACY: "Accuracy", Measure.ERROR: "Error rate"}
_MEASURE = "train_measure"
_DIGITS_IN_A_ROW = 5
_UNKNOWN = "–"
# Two figures of this size fit side by side on a phone of 360 pixels, and all of them with the choice on a projector.
_FIGURE_WIDTH, _FIGURE_HEIGHT = 144, 76
_FEW_STEPS = 40

_ABOUT_VALIDATION = (
    "Accuracy: the share of the validation images, from which it never learns, that the network of the newest epoch "
    "reads correctly. After the training, this is the final network."
)
_ABOUT_BEST = (
    "The validation accuracy of the best epoch. The network that is kept is the final one; the time machine shows the "
    "others."
)
_ABOUT_SPEED = "How many images it learns from in a second, on this machine."


def page() -> None:
    """Draw Train and its controls, the charts, and the fixed digits that the network reads again and again."""
    header(
        navigation.TRAIN,
        "Press Train and watch the network learn. Leave the page or stop at any time: nothing is lost.",
    )
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
        st.markdown(_plan(experiment), width="content", help=_about_plan())
    _warn_of_few_steps(experiment)


def _about_plan() -> str:
    return f"{glossary.about('epoch', 'batch')}\n\nBoth are set on Design."


def _choose_measure() -> None:
    choice(
        "Right chart",
        _MEASURES,
        _MEASURE,
        help="From 97% on an accuracy axis shows nothing any more; the error rate on a logarithmic axis does.",
    )


def _show_error_rate() -> None:
    st.session_state[_MEASURE] = Measure.ERROR


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
        f"**{escape_markdown(shown_name(experiment))}**: {plural(settings.epochs, 'epoch')} of "
        f"{settings.train_images:,} images of {escape_markdown(experiment.data.name)} in batches of "
        f"{settings.batch_size}"
    )


def _watch(own: Run | None) -> None:
    """Draw how a run is doing, or an example run before the first run begins."""
    run = own or current.trained_run()
    history = run.history()
    if run.is_example:
        _progress(0.0, "No run yet")
        told.show_sentence(f"{example_notice.example_sentence(run)} Press Train, and your own takes its place.")
    else:
        line = progress_line(run, history)
        if server.run_state(run) is RunState.FAILED:
            line = f":red[{STATE_ICONS[RunState.FAILED]} {line}]"
        former = f" · {words}" if (words := former_words(run)) else ""
        _progress(progress_share(run, history), f"**{escape_markdown(name_of(run))}** · {line}{former}")
        told.show(run, history, _show_error_rate)
    is_active = server.run_state(run).is_active
    _show_figures(history, is_active=is_active, is_example=run.is_example)
    _show_charts(run.experiment.training, history)
    _show_fixed_digits(run.experiment.data, history, will_answer=is_active)


def _progress(share: float, text: str) -> None:
    with st.container(key="train_progress"):
        st.progress(share, text=text)


def _show_figures(history: History, *, is_active: bool, is_example: bool) -> None:
    # An example run was trained on another machine.
    speed = None if is_example else history.images_per_second
    loss = history.batches["loss"]
    about_loss = f"{glossary.about('loss')}\n\nThis is the loss on the last images that it learned from."
    figures = (
        ("Training loss", f"{loss[-1]:.3f}" if len(loss) else _UNKNOWN, about_loss),
        *_validation_figures(history.validation, is_active=is_active),
        ("Images per second", f"{speed:,.0f}" if speed is not None else _UNKNOWN, _ABOUT_SPEED),
    )
    with st.container(key="train_figures", horizontal=True, vertical_alignment="bottom"):
        for label, figure, about in figures:
            st.metric(label, figure, width=_FIGURE_WIDTH, height=_FIGURE_HEIGHT, help=about)
        _choose_measure()


def _validation_figures(validation: Validation | None, *, is_active: bool) -> tuple[tuple[str, str, str], ...]:
    if validation is None:
        return ("Validation now", _UNKNOWN, _ABOUT_VALIDATION), ("Best epoch", _UNKNOWN, _ABOUT_BEST)
    _, best = validation_names(validation, is_active=is_active)
    newest = "Validation now" if is_active else "Validation, final" if validation.is_whole else "Last validation"
    return (
        (newest, percent(validation.newest), _ABOUT_VALIDATION),
        (best.capitalize(), percent(validation.best), _ABOUT_BEST),
    )


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
    shown = fixed_digits(data, history.digits)
    if history.digits is None:
        so_far = "its answers will stand here" if will_answer else "it gave no answers"
        st.caption(f"{shown.many} that it never learns from: {so_far}")
    else:
        st.caption(
            f"{shown.many} that it never learns from, and its answers after {plural(history.digits.step, 'batch')}: "
            f"{shown.right} of {len(shown)} right"
        )
    with st.container(horizontal=True, gap="medium"):
        # The digits are two pictures, so that a phone shows them below each other at full size.
        for start_index in range(0, len(shown), 2 * _DIGITS_IN_A_ROW):
            part = slice(start_index, start_index + 2 * _DIGITS_IN_A_ROW)
            picture = digits.captioned_sheet(shown.images[part], shown.captions[part], _DIGITS_IN_A_ROW)
            digits.show(picture, alt=", ".join(shown.spoken[part]))


page()
