"""The page on which a network learns."""

import streamlit as st

from mnist_demo.app import digits, navigation, state
from mnist_demo.app.charts import Measure, curve_frame, training_spec
from mnist_demo.app.components import duration, header, live, percent, plain, plural, progress_line, start
from mnist_demo.app.digits import Caption
from mnist_demo.experiment import Experiment
from mnist_demo.runs import History, Run

_ACCURACY, _ERROR = "Accuracy", "Error rate"
_DIGITS_IN_A_ROW = 5
_UNKNOWN = "–"


def page() -> None:
    """Train and Stop, the charts, and the digits that the network is asked again and again."""
    header("Train", "Press Train and watch the network learn. Leave the page or stop at any time: nothing is lost.")
    experiment = state.experiment()
    run = state.run()
    active = run is not None and state.run_state(run).is_active
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button("Train", type="primary", icon=":material/play_arrow:", disabled=active, key="train")
        # `disabled` holds in the browser only.
        if pressed and not active and start(experiment):
            st.rerun()
        if run is not None:
            st.button(
                "Stop",
                icon=":material/stop:",
                disabled=not active,
                key="stop",
                on_click=state.jobs().stop,
                args=(run,),
                help="Ends the training at the next batch and keeps what was learned.",
            )
        st.markdown(_plan(experiment), width="content")
        st.segmented_control(
            "Right chart",
            [_ACCURACY, _ERROR],
            default=_ACCURACY,
            required=True,
            key="train_scale",
            persist_state="session",
            label_visibility="collapsed",
            help="From 97% on an accuracy axis shows nothing any more; the error rate on a logarithmic axis does.",
        )
    if run is None:
        st.info("No run yet. Press Train: the curves begin to move after a second or two.", icon=":material/timeline:")
    else:
        live(_watch, run)
    navigation.next_step(navigation.EVALUATE, "See how good it is")


def _plan(experiment: Experiment) -> str:
    settings = experiment.training
    return (
        f"**{plain(experiment.name)}**: {plural(settings.epochs, 'epoch')} of {settings.train_images:,} images "
        f"of {plain(experiment.data.name)} in batches of {settings.batch_size}"
    )


def _watch(run: Run) -> None:
    history = run.history()
    st.progress(history.progress, text=f"**{plain(run.experiment.name)}** · {progress_line(run, history)}")
    _show_figures(history)
    _show_charts(run, history)
    _show_fixed_digits(run, history)


def _show_figures(history: History) -> None:
    left, speed = history.seconds_left, history.images_per_second
    loss = history.batches["loss"]
    best = history.best_validation_accuracy
    figures = {
        "Training loss": f"{loss[-1]:.3f}" if len(loss) else _UNKNOWN,
        "Best validation accuracy": percent(best) if best is not None else _UNKNOWN,
        "Images per second": f"{speed:,.0f}" if speed is not None else _UNKNOWN,
        "Time left": duration(left) if left is not None else _UNKNOWN,
    }
    with st.container(horizontal=True):
        for label, figure in figures.items():
            st.metric(label, figure, width=180)


def _show_charts(run: Run, history: History) -> None:
    settings = run.experiment.training
    frame = curve_frame(history)
    measure = Measure.ERROR if st.session_state.get("train_scale") == _ERROR else Measure.ACCURACY
    for column, shown in zip(st.columns(2), (Measure.LOSS, measure), strict=True):
        images = settings.epochs * settings.train_images
        spec = training_spec(shown, images, settings.train_images, digits.primary_colour())
        text = (
            f"{shown.capitalize()} against images seen: a line for training, diamonds for validation after each epoch"
        )
        # One key for each kind of chart and run: within it only the data change, and the chart is never embedded anew.
        column.vega_lite_chart(frame, spec, key=f"train_{shown}_{run.id}", alt=text)


def _show_fixed_digits(run: Run, history: History) -> None:
    if history.digits is None:
        st.caption("Twenty digits that the network never learns from will stand here with its answers.")
        return
    answers = history.digits.answers
    data = state.data_of(run.experiment.data)
    images, labels = data.validation.images[: len(answers)], data.validation.labels[: len(answers)]
    right = [answer == label for answer, label in zip(answers, labels, strict=True)]
    st.caption(
        f"Twenty digits that it never learns from, and its answers after {history.digits.step:,} batches: "
        f"{sum(right)} of {len(answers)} right"
    )
    captions = [
        Caption(data.class_names[answer][:8], is_right) for answer, is_right in zip(answers, right, strict=True)
    ]
    with st.container(horizontal=True, gap="medium"):
        # Two pictures, so that a phone shows them one under the other and not smaller.
        for start_index in range(0, len(answers), 2 * _DIGITS_IN_A_ROW):
            part = slice(start_index, start_index + 2 * _DIGITS_IN_A_ROW)
            picture = digits.captioned_sheet(images[part], captions[part], _DIGITS_IN_A_ROW)
            digits.show(picture, alt=_spoken(labels[part].tolist(), answers[part], data.class_names))


def _spoken(labels: list[int], answers: tuple[int, ...], names: tuple[str, ...]) -> str:
    """What the picture of the fixed digits says, for those who do not see it."""
    said = [
        f"{names[label]} read right" if label == answer else f"{names[label]} read as {names[answer]}"
        for label, answer in zip(labels, answers, strict=True)
    ]
    return ", ".join(said)


page()
