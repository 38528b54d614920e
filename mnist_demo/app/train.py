"""The page on which a network learns."""

import streamlit as st

from mnist_demo.app import digits, navigation, state
from mnist_demo.app.charts import Measure, curve_frame, training_chart
from mnist_demo.app.components import header, live, progress_line, start
from mnist_demo.app.digits import RIGHT_COLOURS, WRONG_COLOURS
from mnist_demo.runs import History, Run

_PLAIN, _LOGARITHMIC = "Accuracy", "Error rate"


def page() -> None:
    """Train and Stop, the charts, and the digits that the network is asked again and again."""
    header(
        "Train",
        "Press Train and watch the network learn. You can leave the page or stop at any time; nothing is lost.",
    )
    experiment = state.experiment()
    run = state.run()
    active = run is not None and state.run_state(run).is_active
    settings = experiment.training
    with st.container(horizontal=True, vertical_alignment="center"):
        if (
            st.button("Train", type="primary", icon=":material/play_arrow:", disabled=active, key="train")
            and not active
        ):
            if start(experiment):
                st.rerun()
        if st.button("Stop", icon=":material/stop:", disabled=not active, key="stop") and run:
            state.jobs().stop(run)
        st.markdown(
            f"**{experiment.name}** on {settings.train_images:,} images of {experiment.data.name}, "
            f"{settings.epochs} epochs of batches of {settings.batch_size}"
        )
    view = st.segmented_control(
        "Scale",
        [_PLAIN, _LOGARITHMIC],
        default=_PLAIN,
        required=True,
        key="train_scale",
        persist_state="session",
        label_visibility="collapsed",
    )
    st.session_state["train_measure"] = Measure.ERROR if view == _LOGARITHMIC else Measure.ACCURACY
    if run is None:
        st.info(
            "No run yet. Press Train: the charts begin to move about a second later.",
            icon=":material/play_arrow:",
        )
    else:
        live(_progress, run)
        live(_charts, run)
        live(_digits, run)
    navigation.next_step(navigation.EVALUATE, "See how good it is")


def _progress(run: Run) -> None:
    history = run.history()
    st.progress(history.progress, text=progress_line(run, history))


def _charts(run: Run) -> None:
    history = run.history()
    settings = run.experiment.training
    images = settings.epochs * settings.train_images
    frame = curve_frame(history)
    left, right = st.columns(2)
    for column, measure in ((left, Measure.LOSS), (right, st.session_state["train_measure"])):
        chart = training_chart(frame, measure, images, settings.train_images, digits.primary_colour())
        with column:
            st.altair_chart(chart, key=f"chart_{measure}", alt=_curve_text(history, measure))


def _curve_text(history: History, measure: Measure) -> str:
    return f"{measure} against images seen, so far {history.images:,} images"


def _digits(run: Run) -> None:
    history = run.history()
    validation = state.data_of(run.experiment.data).validation
    if history.digits is None:
        return
    answers = history.digits.answers
    labels = validation.labels[: len(answers)]
    look = digits.appearance()
    colours = [RIGHT_COLOURS[look] if a == b else WRONG_COLOURS[look] for a, b in zip(answers, labels, strict=True)]
    picture = digits.sheet(digits.inked(validation.images[: len(answers)], colours), columns=10, scale=2, gap=8)
    digits.show(picture, alt="Answers: " + ", ".join(map(str, answers)))


page()
