"""The result of the last fine-tuning: accuracy before and after, on the held-out drawings and MNIST's test images."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_demo.app.session import lab, server
from mnist_demo.app.widgets import digits
from mnist_demo.app.widgets.live import live, watching
from mnist_demo.app.widgets.progress import progress_line
from mnist_demo.app.widgets.readings_sheet import ShownAnswer, readings_sheet, sheet_width
from mnist_demo.app.words import escape_markdown
from mnist_demo.app.words.stop_reasons import in_words
from mnist_demo.data import DataError, Split, load_data, load_mnist
from mnist_demo.evaluation.percent import percent
from mnist_demo.inference import InferenceError
from mnist_demo.inference.predictions import PredictionPass
from mnist_demo.runs import Run, name_of
from mnist_demo.runs.predictions import TEST

_SHOWN = 10  # most held-out drawings in the picture
_FORGOTTEN = 0.003
"""Loss of test accuracy from which the page speaks of forgetting: three times its standard error at 99%."""


@dataclass(frozen=True, eq=False)
class _Answers:
    """The answers of two networks to the same images, uint8 (n,)."""

    labels: NDArray[np.uint8]
    before: NDArray[np.uint8]
    after: NDArray[np.uint8]

    @property
    def right_before(self) -> int:
        return int((self.before == self.labels).sum())

    @property
    def right_after(self) -> int:
        return int((self.after == self.labels).sum())


def show() -> None:
    """Draw the newest fine-tuning of the lab, live while it trains; draw nothing when there is no fine-tuning."""
    fine_tuning = next((run for run in lab.lab().runs if run.own_data_path.exists()), None)
    if fine_tuning is None:
        return
    st.markdown(f"**{escape_markdown(name_of(fine_tuning))}**")
    if server.run_state(fine_tuning).is_active:
        live(lambda: _progress(fine_tuning), watching(fine_tuning))
        return
    if len(fine_tuning.snapshots) < 2:
        reason = fine_tuning.reason
        st.markdown(f":material/error: {in_words(reason) if reason else 'The lesson ended before its first epoch.'}")
        return
    try:
        _before_and_after(fine_tuning)
    except InferenceError as error:
        st.markdown(f":material/error: {escape_markdown(str(error))}")
    except (OSError, DataError):
        st.markdown(":material/error: What was held back in this lesson is no longer kept.")


def _progress(run: Run) -> None:
    history = run.history()
    st.progress(history.progress, text=progress_line(run, history))


def _before_and_after(run: Run) -> None:
    own, mnist = _held_out(run), load_mnist().test
    place = st.empty()
    drawn = _answers(run, "held-back", own)
    passes = [server.prediction_pass(run, path, TEST, mnist) for path in (run.snapshots[0], run.snapshots[-1])]
    while not all(prediction.is_done for prediction in passes):
        done, of = sum(prediction.done for prediction in passes), sum(map(len, passes))
        place.progress(done / of, text=f"{done:,} of {of:,} test images read, before and after")
        next(prediction for prediction in passes if not prediction.is_done).step()
    for prediction in passes:
        prediction.keep()
    place.empty()
    tested = _Answers(mnist.labels, *(_classes(prediction) for prediction in passes))
    with st.container(horizontal=True, gap="medium"):
        _figure(
            f"Your drawings, {len(own)} held back",
            f"{drawn.right_after} of {len(own)}",
            f"before: {drawn.right_before} of {len(own)}",
        )
        before, after = tested.right_before / len(mnist), tested.right_after / len(mnist)
        _figure("MNIST's test images", percent(after), f"before: {percent(before)}")
    st.markdown(_sentence(drawn, before - after))
    some = slice(0, _SHOWN)
    answers = [
        ShownAnswer(str(true), str(after), f"before {before}", bool(true == after))
        for true, before, after in zip(drawn.labels[some], drawn.before[some], drawn.after[some], strict=True)
    ]
    what = "; ".join(f"a {r.true} is read as {r.predicted}, {r.confidence}" for r in answers)
    digits.show_png(readings_sheet(own.images[some], answers), sheet_width(), f"Held back drawings: {what}")


def _figure(label: str, value: str, before: str) -> None:
    with st.container(width=230):
        st.metric(label, value, before, delta_color="off", delta_arrow="off")


def _sentence(drawn: _Answers, lost: float) -> str:
    gained = drawn.right_after - drawn.right_before
    how = "better than before" if gained > 0 else "as before" if gained == 0 else "worse than before"
    forgotten = "has forgotten some of MNIST for it" if lost >= _FORGOTTEN else "has not forgotten MNIST"
    sentence = f"It reads your hand {how}, and {forgotten}."
    if gained > 0:
        return sentence
    if drawn.right_before == len(drawn.labels):
        return f"{sentence} There was nothing to gain: it read all of them already. Keep drawings that are misread."
    return f"{sentence} With more drawings it has more to learn from."


def _answers(run: Run, what: str, split: Split) -> _Answers:
    passes = (server.prediction_pass(run, path, what, split) for path in (run.snapshots[0], run.snapshots[-1]))
    before, after = (_classes(prediction) for prediction in passes)
    return _Answers(split.labels, before, after)


def _classes(prediction: PredictionPass) -> NDArray[np.uint8]:
    return prediction.predictions().classes


def _held_out(run: Run) -> Split:
    return _read(run.own_data_path, run.own_data_path.stat().st_mtime_ns)


@st.cache_resource(max_entries=8, show_spinner=False)
def _read(path: Path, changed: int) -> Split:
    test = load_data(path).test
    # The test set is copied, so that the training images can be released.
    return Split(test.images.copy(), test.labels.copy())
