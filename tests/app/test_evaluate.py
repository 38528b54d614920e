"""The page Evaluate: its figures equal scikit-learn's, and every view shows the same predictions."""

import io
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from PIL import Image
from sklearn import metrics
from streamlit.testing.v1 import AppTest

from mnist_demo.app.evaluate.confusion_chart import confusion_frame, confusion_spec, confusion_text
from mnist_demo.app.session import server
from mnist_demo.app.widgets.readings_sheet import ShownAnswer, readings_sheet, sheet_width
from mnist_demo.data import Split, load_mnist
from mnist_demo.evaluation import Evaluation, evaluate
from mnist_demo.experiment import DataReference, Experiment
from mnist_demo.inference import Inference, InferenceError
from mnist_demo.inference.predictions import CHUNK, MAX_KEPT, PredictionPass, PredictionStore
from mnist_demo.runs import Run, RunState, create_run
from mnist_demo.training import Continuation
from tests.app.conftest import LAB, RUN_ID, OpenPage
from tests.jobs.fake_executor import FakeExecutor
from tests.server import ROOT

# The predictions come from another process, so that the process that opens the pages never imports Keras.
_PREDICT = """
import sys
from pathlib import Path
import numpy as np
from mnist_demo.data import load_mnist
from mnist_demo.inference.worker import predict
np.save(sys.argv[2], predict(Path(sys.argv[1]), load_mnist().test.images))
"""


@pytest.fixture(scope="session")
def probabilities(trained_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> NDArray[np.float32]:
    """Return the trained network's probabilities of the test images, computed without the page."""
    answers = tmp_path_factory.mktemp("answers") / "probabilities.npy"
    snapshot = Run(trained_folder).snapshots[-1]
    subprocess.run([sys.executable, "-c", _PREDICT, str(snapshot), str(answers)], cwd=ROOT, check=True)
    predicted: NDArray[np.float32] = np.load(answers)
    return predicted


@pytest.fixture(scope="session")
def evaluation(probabilities: NDArray[np.float32]) -> Evaluation:
    return evaluate(load_mnist().test.labels, probabilities)


def figures(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def headings(app: AppTest) -> list[str]:
    return [heading.value for heading in app.header]


def table(app: AppTest, column: str) -> pd.DataFrame:
    """Return the table that has a column of that name."""
    (found,) = (frame.value for frame in app.dataframe if column in frame.value.columns)
    return found


def test_the_figures_are_those_of_scikit_learn(
    open_page: OpenPage, trained_run: Run, probabilities: NDArray[np.float32]
) -> None:
    labels, predictions = load_mnist().test.labels, probabilities.argmax(axis=1)
    app = open_page("evaluate", LAB)
    accuracy = metrics.accuracy_score(labels, predictions)
    assert figures(app) == {
        "Accuracy": f"{accuracy:.1%}",
        "Wrong images": f"{int((labels != predictions).sum()):,}",
        "Loss": f"{metrics.log_loss(labels, probabilities):.3f}",
    }
    precision, recall, f1, support = metrics.precision_recall_fscore_support(labels, predictions)
    classes = table(app, "F1")
    np.testing.assert_allclose(classes["Precision"], 100 * precision)
    np.testing.assert_allclose(classes["Recall"], 100 * recall)
    np.testing.assert_allclose(classes["F1"], 100 * f1)
    np.testing.assert_array_equal(classes["Support"], support)
    matrix = metrics.confusion_matrix(labels, predictions)
    np.testing.assert_array_equal(table(app, "as 0"), matrix)
    np.testing.assert_array_equal(classes["Missed"], support - matrix.diagonal())
    wrong = table(app, "Confidence")
    assert set(wrong["Image"]) == set(np.flatnonzero(labels != predictions))
    assert wrong["Confidence"].is_monotonic_decreasing


def test_rates_are_those_of_scikit_learn(
    open_page: OpenPage, trained_run: Run, probabilities: NDArray[np.float32]
) -> None:
    app = open_page("evaluate", LAB)
    app.segmented_control(key="evaluate_unit").set_value("Rates").run()
    expected = metrics.confusion_matrix(load_mnist().test.labels, probabilities.argmax(axis=1), normalize="true")
    np.testing.assert_allclose(table(app, "as 0"), 100 * expected)


def test_choosing_classes_filters_the_images(open_page: OpenPage, trained_run: Run, evaluation: Evaluation) -> None:
    app = open_page("evaluate", LAB)
    true, predicted = divmod(int((evaluation.confusion - np.diag(evaluation.confusion.diagonal())).argmax()), 10)
    app.selectbox(key="evaluate_true").set_value(true)
    app.selectbox(key="evaluate_predicted").set_value(predicted).run()
    assert not app.exception
    count = evaluation.confusion[true, predicted]
    assert f"{count} wrong images of {true}, read as {predicted}" in headings(app)
    assert list(table(app, "Confidence")["Image"]) == list(evaluation.indices(true, predicted))
    app.selectbox(key="evaluate_true").set_value(predicted).run()
    right = evaluation.confusion[predicted, predicted]
    assert f"{right:,} images of {predicted}, read correctly" in headings(app)
    app.button(key="evaluate_all").click().run()
    assert f"{len(evaluation.mistakes):,} wrong images" in headings(app)


def test_the_images_come_in_pages(open_page: OpenPage, trained_run: Run, evaluation: Evaluation) -> None:
    app = open_page("evaluate", LAB)

    def said() -> str:
        (picture,) = app.get("image")[0].proto.imgs
        assert picture.url.startswith("data:image/png;base64,"), "JPEG would smudge the pixels"
        return str(picture.alt)

    first = said()
    assert first.count("read as") == 30
    app.session_state["evaluate_page_None_None"] = 2
    app.run()
    second = said()
    expected = evaluation.mistakes[30]
    assert second.startswith(f"{expected.true} read as {expected.predicted}, ")
    assert second != first


@pytest.mark.parametrize("page", [10**9, -3, "two"])
def test_a_missing_page_of_images_becomes_the_first(open_page: OpenPage, trained_run: Run, page: object) -> None:
    app = open_page("evaluate", LAB)
    app.session_state["evaluate_page_None_None"] = page
    app.run()
    assert not app.exception
    assert app.session_state["evaluate_page_None_None"] == 1


def test_an_active_run_is_evaluated_at_its_newest_snapshot_until_asked_again(
    open_page: OpenPage, trained_run: Run, executor: FakeExecutor
) -> None:
    # The run is submitted, because a run outside the queue counts as interrupted.
    server.jobs().submit(trained_run, continuation=Continuation(epochs=1))
    executor.next()
    trained_run.mark(RunState.TRAINING)
    last = trained_run.snapshots[-1]
    content = last.read_bytes()
    last.unlink()
    app = open_page("evaluate", LAB)
    assert any("after epoch 1 of 2, still learning" in text.value for text in app.markdown)
    before = figures(app)
    last.write_bytes(content)
    app.run()
    assert figures(app) == before
    app.button(key="look_again").click().run()
    assert any("after epoch 2 of 2, still learning" in text.value for text in app.markdown)
    assert figures(app) != before


def test_an_unanswered_question_is_one_sentence(
    open_page: OpenPage, trained_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> NDArray[np.float32]:
        raise InferenceError("The network gave no answer within 120 seconds.")

    with monkeypatch.context() as patched:
        patched.setattr(Inference, "predict", fail)
        app = open_page("evaluate", LAB)
        assert [error.value for error in app.error] == [
            "The network could not be asked. The network gave no answer within 120 seconds."
        ]
        assert not app.metric
    app.button(key="evaluate_again").click().run()
    assert not app.error
    assert "Accuracy" in figures(app)


def test_data_that_is_no_longer_kept_is_one_sentence(home: Path, open_page: OpenPage, trained_run: Run) -> None:
    experiment = trained_run.experiment
    gone = Experiment(
        name="gone",
        network=experiment.network,
        training=experiment.training,
        data=DataReference(name="My letters", digest="0" * 64),
    )
    folder = home / "runs" / LAB / RUN_ID.replace("2026", "2027", 1)
    shutil.copytree(trained_run.folder, folder)
    create_run(folder, gone)
    app = open_page("evaluate", LAB)
    (error,) = app.error
    assert "no longer kept" in error.value
    assert "My letters" in error.value


def test_damaged_weights_are_one_sentence(open_page: OpenPage, trained_run: Run) -> None:
    trained_run.snapshots[-1].write_bytes(b"these are no weights")
    app = open_page("evaluate", LAB)
    (error,) = app.error
    assert "could not be asked" in error.value


def test_the_matrix_is_shaded_by_its_mistakes_unless_asked_otherwise(evaluation: Evaluation) -> None:
    off = evaluation.confusion - np.diag(evaluation.confusion.diagonal())
    plain = confusion_frame(evaluation, rates=False, shade_diagonal=False, true=None, predicted=None)
    np.testing.assert_allclose(plain["shade"].to_numpy().reshape(10, 10), off / off.max())
    full = confusion_frame(evaluation, rates=False, shade_diagonal=True, true=3, predicted=None)
    np.testing.assert_allclose(
        full["shade"].to_numpy().reshape(10, 10), evaluation.confusion / evaluation.confusion.max()
    )
    assert set(full[full["outlined"]]["true"]) == {3}
    assert not plain["outlined"].any()


def test_the_chart_names_only_columns_of_its_data(evaluation: Evaluation) -> None:
    frame = confusion_frame(evaluation, rates=True, shade_diagonal=False, true=None, predicted=None)
    spec = confusion_spec(evaluation.class_names)
    assert "data" not in spec
    encodings = [encoding for layer in spec["layer"] for encoding in layer["encoding"].values()]
    named = [
        each["field"]
        for group in encodings
        for each in (group if isinstance(group, list) else [group])
        if "field" in each
    ]
    assert len(named) >= 10
    assert set(named) <= set(frame.columns)
    assert set(spec["params"][0]["select"]["fields"]) <= set(frame.columns)
    assert spec == confusion_spec(evaluation.class_names)


def test_the_matrix_in_words() -> None:
    probabilities = np.eye(10)[[9, 9, 4, 1]]
    text = confusion_text(evaluate([4, 4, 9, 1], probabilities))
    assert text == "Confusion matrix. Most often confused: 4 read as 9, 2 times; 9 read as 4, 1 time."
    assert confusion_text(evaluate([1], probabilities[3:])) == "Confusion matrix: nothing was confused."


def test_a_pass_goes_part_by_part_and_on_after_a_failure() -> None:
    asked: list[int] = []

    def ask(images: NDArray[np.uint8]) -> NDArray[np.float32]:
        if len(asked) == 1:
            asked.append(0)
            raise InferenceError("No.")
        asked.append(len(images))
        return np.repeat(images[:, 0, :1] / 255, 10, axis=1).astype(np.float32)

    images = np.zeros((CHUNK + 5, 28, 28), np.uint8)
    images[:, 0, 0] = np.arange(len(images)) % 256
    prediction = PredictionPass(Split(images, np.zeros(len(images), np.uint8)), ask)
    assert not prediction.seconds_left, "unknown before the first part"
    with pytest.raises(InferenceError):
        prediction.predictions()
    assert prediction.done == CHUNK
    np.testing.assert_allclose(prediction.probabilities()[:, 3], images[:, 0, 0] / 255)
    assert asked == [CHUNK, 0, 5]
    assert prediction.seconds_left == 0
    prediction.step()
    assert len(asked) == 3


def test_the_store_keeps_the_newest_passes(tmp_path: Path) -> None:
    store = PredictionStore()
    split = Split(np.zeros((1, 28, 28), np.uint8), np.zeros(1, np.uint8))
    (tmp_path / "snapshots").mkdir()
    paths = [tmp_path / "snapshots" / f"{number:03d}.npz" for number in range(MAX_KEPT + 1)]
    for path in paths:
        path.write_bytes(path.name.encode())

    def ask(images: NDArray[np.uint8]) -> NDArray[np.float32]:
        return np.zeros((len(images), 10), np.float32)

    passes = [store.get(path, "test", split, ask) for path in paths]
    assert store.get(paths[-1], "test", split, ask) is passes[-1]
    assert store.get(paths[-1], "train", split, ask) is not passes[-1]
    assert store.get(paths[0], "test", split, ask) is not passes[0]


def test_predictions_come_from_memory_then_disk_then_the_network(tmp_path: Path) -> None:
    split = Split(np.zeros((CHUNK + 1, 28, 28), np.uint8), np.zeros(CHUNK + 1, np.uint8))
    snapshot = tmp_path / "snapshots" / "001.npz"
    snapshot.parent.mkdir()
    snapshot.write_bytes(b"weights")
    asked: list[int] = []

    def ask(images: NDArray[np.uint8]) -> NDArray[np.float32]:
        asked.append(len(images))
        return np.full((len(images), 10), 0.1, np.float32)

    store = PredictionStore()
    store.get(snapshot, "test", split, ask).step()
    # Another page continues a pass where the first page was interrupted.
    assert store.get(snapshot, "test", split, ask).keep()
    assert asked == [CHUNK, 1]
    found = PredictionStore().get(snapshot, "test", split, ask)
    assert found.is_done
    assert len(found.predictions()) == CHUNK + 1
    assert asked == [CHUNK, 1]
    # The kept classes are not enough for a page that needs probabilities, so the pass runs once more and keeps these.
    with pytest.raises(ValueError, match="with_probabilities"):
        found.probabilities()
    whole = PredictionStore().get(snapshot, "test", split, ask, with_probabilities=True)
    assert not whole.is_done
    assert whole.keep(with_probabilities=True)
    assert asked == [CHUNK, 1, CHUNK, 1]
    store = PredictionStore()
    assert not store.get(snapshot, "test", split, ask, with_probabilities=True).probabilities()[:, 1:].max() > 0.1
    assert store.get(snapshot, "test", split, ask).is_done
    assert asked == [CHUNK, 1, CHUNK, 1]
    # The same images with other labels count as other images.
    other = Split(split.images, np.ones(CHUNK + 1, np.uint8))
    assert not PredictionStore().get(snapshot, "test", other, ask).is_done
    # Weights that change during a pass never mix with the earlier weights.
    begun = PredictionStore().get(snapshot, "validation", split, ask)
    begun.step()
    snapshot.write_bytes(b"more weights")
    with pytest.raises(InferenceError, match="learned more"):
        begun.step()
    assert not begun.is_done


def test_the_picture_has_every_digit_in_whole_pixels() -> None:
    images = load_mnist().test.images[:7]
    content = readings_sheet(images, [ShownAnswer("4", "9", ">99.9%", is_right=False)] * 7)
    picture = np.asarray(Image.open(io.BytesIO(content)))
    assert picture.shape[1] == 2 * sheet_width()
    # A pixel of a digit is four by four pixels of the picture, which is shown at half its size.
    digit = picture[:112, :112]
    np.testing.assert_array_equal(digit, digit[::4, ::4].repeat(4, axis=0).repeat(4, axis=1))
    assert len(np.unique(picture[112:150, :112].reshape(-1, 3), axis=0)) > 2, "the caption is written"
