"""The page that says how good a trained network is, and where it is not."""

from pathlib import Path

import pandas as pd
import streamlit as st

from mnist_demo.app import digits, navigation, state
from mnist_demo.app.components import choose_run, duration, header, percent, plain, plural, progress_line
from mnist_demo.app.evaluation_charts import CELL, confusion_frame, confusion_spec, confusion_text
from mnist_demo.app.passes import PredictionPass
from mnist_demo.app.readings import Reading, readings_sheet
from mnist_demo.app.readings import width as readings_width
from mnist_demo.data import DIGIT_CLASS_NAMES, MnistData
from mnist_demo.evaluation import Evaluation, Mistake, evaluate, wilson_interval
from mnist_demo.inference import InferenceError
from mnist_demo.runs import Run

_COUNTS, _RATES = "Counts", "Rates"
_ANY = -1
_PER_PAGE = 30
_MATRIX_HEIGHT = 420
_PERCENT = "%.1f%%"

_TRUE, _PREDICTED, _MATRIX = "evaluate_true", "evaluate_predicted", "evaluate_matrix"


def page() -> None:
    """All test images once: figures, the confusion matrix, the wrong images, each class."""
    header("Evaluate", "All test images, once: how good the network is, and which images it gets wrong.")
    run = choose_run("to see how good it is")
    try:
        data = state.data_of(run.experiment.data)
        snapshot = _snapshot(run)
        reading = state.prediction_pass(snapshot, "test", data.test.images, run)
        _status(run, snapshot, reading)
        evaluation = _evaluation(snapshot, snapshot.stat().st_mtime_ns, reading, data)
    except InferenceError as error:
        st.error(f"The network could not be asked. {error}", icon=":material/error:")
        st.button("Try again", icon=":material/refresh:", key="evaluate_again")
    except (OSError, ValueError):
        st.error(
            f"The images or the weights of this run are no longer kept: it was trained on "
            f"{plain(run.experiment.data.name)}. Give these images again on Explore, or choose another network.",
            icon=":material/error:",
        )
    else:
        _figures(evaluation)
        _confusions(evaluation, data)
        _classes(evaluation)
    navigation.next_step(navigation.DRAW, "Draw a digit")


def _snapshot(run: Run) -> Path:
    """The newest weights of a run; while it is learning, those that were newest when they were last asked for."""
    snapshots = run.snapshots
    kept = st.session_state.get("evaluate_snapshot")
    if state.run_state(run).is_active and kept in snapshots[1:]:
        return Path(kept)
    st.session_state["evaluate_snapshot"] = snapshots[-1]
    return snapshots[-1]


def _look_again() -> None:
    st.session_state.pop("evaluate_snapshot", None)


def _status(run: Run, snapshot: Path, reading: PredictionPass) -> None:
    """How far the prediction pass is, then in the same room what was evaluated."""
    place = st.empty()
    while not reading.is_done:
        left = reading.seconds_left
        text = f"{reading.done:,} of {len(reading):,} test images read" if reading.done else "Loading the network"
        place.progress(
            reading.done / len(reading), text=text + (f", {duration(left)} left" if left is not None else "")
        )
        reading.step()
    with place.container(horizontal=True, vertical_alignment="center"):
        if state.run_state(run).is_active:
            epochs = run.experiment.training.epochs
            st.markdown(
                f"**{plain(run.experiment.name)}** after epoch {int(snapshot.stem)} of {epochs}, still learning",
                width="content",
            )
            st.button("Look again", icon=":material/refresh:", key="look_again", on_click=_look_again)
        else:
            st.markdown(f"**{plain(run.experiment.name)}** · {progress_line(run, run.history())}")


@st.cache_resource(max_entries=6, show_spinner=False)
def _evaluation(snapshot: Path, changed: int, _reading: PredictionPass, _data: MnistData) -> Evaluation:
    """Every figure, from the answers of one pass; `changed` tells two files of the same name apart."""
    return evaluate(_data.test.labels, _reading.probabilities(), _data.class_names)


def _figures(evaluation: Evaluation) -> None:
    low, high = evaluation.accuracy_interval
    places = 2 if evaluation.accuracy >= 0.99 else 1
    wrong = len(evaluation.mistakes)
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=270, gap=None):
            st.metric(
                "Accuracy",
                percent(evaluation.accuracy),
                help="The share of the test images that is read rightly. These images are a sample: of other images "
                "written like these, the share would lie in the 95% interval (Wilson) nineteen times out of twenty.",
            )
            st.caption(f"between {100 * low:.{places}f} and {high:.{places}%} (95% interval)")
        with st.container(width=140, gap=None):
            st.metric("Wrong images", f"{wrong:,}")
            st.caption(f"of {len(evaluation):,}")
        with st.container(width=140, gap=None):
            st.metric(
                "Loss",
                f"{evaluation.loss:.3f}",
                help="Mean cross-entropy: how surprised the network is by the right answers. Unlike accuracy, it also "
                "counts how sure the network was.",
            )
            st.caption("cross-entropy")


@st.fragment
def _confusions(evaluation: Evaluation, data: MnistData) -> None:
    """The confusion matrix and, beside it, the images that it is about."""
    left, right = st.columns(2, gap="medium")
    true, predicted = _chosen(_TRUE), _chosen(_PREDICTED)
    with left:
        _matrix(evaluation, true, predicted)
    with right:
        _images(evaluation, data)


def _chosen(key: str) -> int | None:
    label = st.session_state.get(key, _ANY)
    return label if isinstance(label, int) and 0 <= label < len(DIGIT_CLASS_NAMES) else None


def _matrix(evaluation: Evaluation, true: int | None, predicted: int | None) -> None:
    st.subheader("Confusion matrix", anchor=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        unit = st.segmented_control(
            "Numbers in the matrix",
            [_COUNTS, _RATES],
            default=_COUNTS,
            required=True,
            key="evaluate_unit",
            persist_state="session",
            label_visibility="collapsed",
        )
        shade = st.toggle(
            "Shade the diagonal",
            key="evaluate_diagonal",
            persist_state="session",
            help="The diagonal holds the right answers, a hundred times as many as the wrong ones: shaded, it leaves "
            "everything else pale.",
        )
    rates = unit == _RATES
    frame = confusion_frame(evaluation, rates, shade, true, predicted)
    # Another key makes another chart, which has forgotten what was clicked; else a second click would not count.
    # The room stands before the browser has the chart.
    with st.container(height=_MATRIX_HEIGHT, border=False):
        st.vega_lite_chart(
            frame,
            confusion_spec(evaluation.class_names),
            key=_matrix_key(),
            on_select=_cell_clicked,
            selection_mode=CELL,
            alt=confusion_text(evaluation),
        )
    st.caption("In % of the true class. " * rates + "Click a cell to see its images.")
    with st.expander("As a table"):
        names = list(evaluation.class_names)
        values = 100 * evaluation.confusion_rates if rates else evaluation.confusion
        table = pd.DataFrame(values, index=pd.Index(names, name="true class"), columns=[f"as {name}" for name in names])
        percents = {name: st.column_config.NumberColumn(format=_PERCENT) for name in table.columns} if rates else None
        st.dataframe(table, column_config=percents, key="evaluate_matrix_table")


def _matrix_key() -> str:
    return f"{_MATRIX}_{st.session_state.get(_MATRIX, 0)}"


def _forget_click() -> None:
    if _clicked_cell() is not None:
        st.session_state[_MATRIX] = st.session_state.get(_MATRIX, 0) + 1


def _clicked_cell() -> tuple[int, int] | None:
    """The labels of the clicked cell; the answer comes from the browser and may be anything."""
    try:
        cell = st.session_state[_matrix_key()]["selection"][CELL][0]
        true, predicted = int(cell["true"]), int(cell["predicted"])
    except (KeyError, IndexError, TypeError, ValueError):
        return None
    return (true, predicted) if min(true, predicted) >= 0 and max(true, predicted) < len(DIGIT_CLASS_NAMES) else None


def _cell_clicked() -> None:
    st.session_state[_TRUE], st.session_state[_PREDICTED] = _clicked_cell() or (_ANY, _ANY)


def _show_all() -> None:
    _forget_click()
    st.session_state[_TRUE] = st.session_state[_PREDICTED] = _ANY


def _images(evaluation: Evaluation, data: MnistData) -> None:
    names = evaluation.class_names
    title = st.empty()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for label, key in (("True class", _TRUE), ("Read as", _PREDICTED)):
            st.selectbox(
                label,
                [_ANY, *range(len(names))],
                format_func=lambda option: "any" if option == _ANY else names[option],
                key=key,
                persist_state="session",
                on_change=_forget_click,
                width=120,
            )
        true, predicted = _chosen(_TRUE), _chosen(_PREDICTED)
        chosen = true is not None or predicted is not None
        st.button(
            "All wrong", key="evaluate_all", on_click=_show_all, disabled=not chosen, help="Show all wrong images."
        )
    found = _found(evaluation, true, predicted)
    title.subheader(_title(evaluation, len(found), true, predicted), anchor=False)
    if not found:
        st.markdown("No test image is read like this.")
        return
    picture = st.container()
    pages = -(-len(found) // _PER_PAGE)
    # Each choice of classes has a page of its own.
    number = st.pagination(pages, key=f"evaluate_page_{true}_{predicted}") if pages > 1 else 1
    with picture:
        _page_of_images(found[(number - 1) * _PER_PAGE : number * _PER_PAGE], data, names)
    with st.expander("As a table"):
        _table(found, names)


def _page_of_images(shown: list[Mistake], data: MnistData, names: tuple[str, ...]) -> None:
    # The picture has room for a character or two, in the letters of Pillow's own font.
    codes = names if all(len(name) <= 2 and name.isascii() for name in names) else DIGIT_CLASS_NAMES
    said = [f"{names[each.true]} read as {names[each.predicted]}, {_confidence(each.confidence)}" for each in shown]
    indices = tuple(each.index for each in shown)
    picture = _picture(data.digest, indices, "; ".join(said), digits.appearance(), shown, codes, data)
    st.image(picture, width=readings_width(), alt="; ".join(said), output_format="PNG")
    st.caption("The most confident come first.")
    if codes is not names:
        st.caption(" · ".join(f"{label} {plain(name)}" for label, name in enumerate(names)))


def _found(evaluation: Evaluation, true: int | None, predicted: int | None) -> list[Mistake]:
    """The wrong images of the chosen classes, or the right ones where the two are the same; most confident first."""
    if true is not None and true == predicted:
        return [
            Mistake(int(index), true, true, float(evaluation.confidences[index]))
            for index in evaluation.indices(true, true)
        ]
    return [
        each
        for each in evaluation.mistakes
        if (true is None or each.true == true) and (predicted is None or each.predicted == predicted)
    ]


def _title(evaluation: Evaluation, count: int, true: int | None, predicted: int | None) -> str:
    names = [plain(name) for name in evaluation.class_names]
    if true is None and predicted is None:
        return plural(count, "wrong image")
    if true is not None and true == predicted:
        return f"{plural(count, 'image')} of {names[true]}, read rightly"
    whose = "" if true is None else f" of {names[true]}"
    return f"{plural(count, 'wrong image')}{whose}" + ("" if predicted is None else f", read as {names[predicted]}")


@st.cache_data(max_entries=64, show_spinner=False)
def _picture(
    data_digest: str,
    indices: tuple[int, ...],
    said: str,
    look: str,
    _shown: list[Mistake],
    _codes: tuple[str, ...],
    _data: MnistData,
) -> bytes:
    readings = [Reading(_codes[each.true], _codes[each.predicted], _confidence(each.confidence)) for each in _shown]
    return readings_sheet(_data.test.images[list(indices)], readings)


def _confidence(share: float) -> str:
    """A probability in few characters; one of 100% is never claimed."""
    if share >= 0.9995:
        return ">99.9%"
    return f"{share:.1%}" if share >= 0.99 else f"{share:.0%}"


def _table(found: list[Mistake], names: tuple[str, ...]) -> None:
    st.dataframe(
        pd.DataFrame(
            {
                "Image": [each.index for each in found],
                "True class": [names[each.true] for each in found],
                "Read as": [names[each.predicted] for each in found],
                "Confidence": [100 * each.confidence for each in found],
            }
        ),
        hide_index=True,
        key="evaluate_image_table",
        column_config={
            "Image": st.column_config.NumberColumn(help="Place in the test split, from 0."),
            "Confidence": st.column_config.NumberColumn(
                format=_PERCENT, help="The probability that the network gave to its answer."
            ),
        },
    )


def _classes(evaluation: Evaluation) -> None:
    st.subheader("Each class", anchor=False)
    hits = evaluation.confusion.diagonal()
    scores = evaluation.class_scores
    missed = [score.support - int(hits[score.label]) for score in scores]
    intervals = [wilson_interval(int(hits[score.label]), score.support) if score.support else None for score in scores]
    config = st.column_config
    st.dataframe(
        pd.DataFrame(
            {
                "Class": [score.name for score in scores],
                "Support": [score.support for score in scores],
                "Missed": missed,
                "Precision": [100 * score.precision for score in scores],
                "Recall": [100 * score.recall for score in scores],
                "Recall, 95% interval": [f"{100 * each.low:.1f}–{each.high:.1%}" if each else "" for each in intervals],
                "F1": [100 * score.f1 for score in scores],
            }
        ),
        hide_index=True,
        height="content",
        key="evaluate_classes",
        column_config={
            "Class": config.TextColumn(pinned=True),
            "Support": config.NumberColumn(help="Test images of this class.", format="localized"),
            "Missed": config.ProgressColumn(
                help="Images of this class that were read as another one.",
                format="%d",
                min_value=0,
                max_value=max(*missed, 1),
            ),
            "Precision": config.NumberColumn(
                format=_PERCENT, help="Of the images read as this class, the share that is. Empty: none was."
            ),
            "Recall": config.NumberColumn(
                format=_PERCENT, help="Of the images of this class, the share that was read as it: its accuracy."
            ),
            "Recall, 95% interval": config.TextColumn(help="How far off the recall may be, the images being a sample."),
            "F1": config.NumberColumn(
                format=_PERCENT, help="The harmonic mean of precision and recall: low when either is low."
            ),
        },
    )


page()
