"""The page Draw says about a drawing what the network says, and gives no answer to an empty canvas."""

import json
import shutil
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from mnist_demo.app.draw.digit_source import Source
from mnist_demo.app.widgets.drawing import reading
from mnist_demo.app.widgets.drawing.answer_words import Answer, answer_in_words, verdict_in_words
from mnist_demo.app.widgets.drawing.canvas import PEN_WIDTH, SIDE
from mnist_demo.data import SplitName, load_mnist
from mnist_demo.data.examples import Examples
from mnist_demo.drawing import ALL_STEPS, Step, digit_from_strokes, read_photo, strokes_from_canvas, verdict
from mnist_demo.evaluation import calibrated, fit_temperature
from mnist_demo.inference import Inference
from mnist_demo.presets import PRESETS
from mnist_demo.runs import Run, create_run
from tests.app.conftest import LAB, OpenPage
from tests.app.drawing import SEVEN, FakeCanvas, path, said, sentences
from tests.drawing.photos import encoded, photo

DIGITS = tuple("0123456789")
INVITATION = "Draw a digit: large and in the middle or small in a corner, it does not matter."


@pytest.fixture
def inference() -> Iterator[Inference]:
    asked = Inference()
    yield asked
    asked.close()


def test_beside_another_network_the_page_offers_the_preset_canvas(open_page: OpenPage, trained_run: Run) -> None:
    app = open_page("draw", LAB)
    app.button(key="draw_train_canvas").click().run()
    assert not app.exception
    started = app.session_state["run_id"]
    assert started != trained_run.id
    assert app.session_state["experiment"] == PRESETS["canvas"]
    # One run of the page is enough.
    app.run()
    assert not [button for button in app.button if button.key == "draw_train_canvas"]
    app.button(key="sidebar_stop").click().run()


def test_the_preset_canvas_is_not_offered_for_other_data(open_page: OpenPage, trained_run: Run) -> None:
    kept = trained_run.folder / "experiment.json"
    asked = json.loads(kept.read_text())
    kept.write_text(json.dumps({**asked, "data": {"name": "My letters", "digest": "0" * 64}}))
    app = open_page("draw", LAB)
    assert not [button for button in app.button if button.key == "draw_train_canvas"]
    app.session_state["draw_teach"] = True
    app.run()
    assert app.button(key="teach").disabled
    assert any("learned My letters, and only a network that learned MNIST" in each.value for each in app.caption)


def test_an_empty_canvas_gets_an_invitation_and_no_answer(open_page: OpenPage, trained_run: Run) -> None:
    app = open_page("draw", LAB)  # with the real component
    assert said(app) == ("–", "nothing yet")
    assert INVITATION in sentences(app)
    assert not app.selectbox  # a single run leaves no choice
    assert app.button(key="next_step").label == "Design a better network"


def expected_answer(
    inference: Inference, run: Run, digit: np.ndarray, may_refuse: bool = True, is_known_digit: bool = False
) -> Answer:
    validation = load_mnist().validation
    temperature = fit_temperature(validation.labels, inference.predict(run, validation.images))
    raw = inference.predict(run, digit[None])[0]
    if not may_refuse:
        return answer_in_words(calibrated(raw, temperature), DIGITS)
    return verdict_in_words(verdict(raw, digit, temperature=temperature, is_known_digit=is_known_digit), DIGITS)


def test_a_drawing_is_answered_as_the_network_answers_its_digit(
    open_page: OpenPage, trained_run: Run, canvas: FakeCanvas, inference: Inference
) -> None:
    drawn: dict[str, Any] = {"canvas": (SIDE, SIDE), "drawn_pen_width": PEN_WIDTH}
    digit = digit_from_strokes(strokes_from_canvas(SEVEN), **drawn)
    words = expected_answer(inference, trained_run, digit)
    canvas.value = SEVEN
    app = open_page("draw", LAB)
    assert said(app) == (words.label, words.sureness)
    assert INVITATION not in sentences(app)

    # A step that is left out changes the digit, and the page says so until the step is on again.
    app.session_state["draw_stages"] = True
    app.run()
    assert [toggle.label for toggle in app.toggle] == ["Bound", "Scale", "Centre", "Redraw"]
    app.toggle(key="step_scale").set_value(False).run()
    app.toggle(key="step_redraw").set_value(False).run()
    steps = ALL_STEPS - {Step.SCALE, Step.REDRAW}
    without = expected_answer(
        inference, trained_run, digit_from_strokes(strokes_from_canvas(SEVEN), steps=steps, **drawn), may_refuse=False
    )
    assert said(app) == (without.label, without.sureness)
    assert ":material/toggle_off: Without the steps scale and redraw" in sentences(app)
    app.button(key="all_steps_on").click().run()
    assert said(app) == (words.label, words.sureness)
    assert all(toggle.value for toggle in app.toggle)


def test_a_drawing_that_is_no_digit_is_refused(open_page: OpenPage, trained_run: Run, canvas: FakeCanvas) -> None:
    canvas.value = {"objects": [path((100, 100), (100.01, 100))]}
    app = open_page("draw", LAB)
    assert said(app) == ("Not a digit", "refused")
    assert any("dot" in sentence for sentence in sentences(app))


def test_the_detector_refuses_a_letter_of_which_the_network_is_sure(
    open_page: OpenPage, trained_run: Run, canvas: FakeCanvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The network is as sure as one that was trained on digits alone.
    sure = np.full(10, 0.001, np.float32)
    sure[4] = 0.991
    monkeypatch.setattr(Inference, "predict", lambda self, run, images, snapshot=None: np.tile(sure, (len(images), 1)))
    monkeypatch.setattr(reading, "_temperature", lambda run, weights: 1.0)
    canvas.value = {"objects": [path((80, 270), (100, 70), (170, 200), (240, 70), (260, 270))]}  # the letter M
    app = open_page("draw", LAB)
    assert said(app) == ("Not a digit", "refused")
    assert "It looks more like a letter or a shape than like a digit." in sentences(app)


def test_an_unsure_network_says_that_it_cannot_tell(
    open_page: OpenPage, trained_run: Run, canvas: FakeCanvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    unsure = np.full(10, 0.08, np.float32)
    unsure[7] = 0.28
    monkeypatch.setattr(
        Inference, "predict", lambda self, run, images, snapshot=None: np.tile(unsure, (len(images), 1))
    )
    monkeypatch.setattr(reading, "_temperature", lambda run, weights: 1.0)
    canvas.value = SEVEN
    app = open_page("draw", LAB)
    assert said(app) == ("?", "cannot tell")
    assert "This network cannot tell. Its best guess is 7, at 28%." in sentences(app)
    # A digit of the test set has a label, so the network is to blame whatever the picture looks like.
    monkeypatch.setattr(sys.modules["mnist_demo.drawing.verdict"], "drawing_problem", lambda *drawing: "No digit.")
    app.session_state["draw_source"] = Source.TEST_SET
    app.run()
    assert said(app) == ("?", "cannot tell")
    assert any(sentence.startswith(":material/help: Undecided: its label is") for sentence in sentences(app))


@pytest.mark.parametrize(
    ("strokes", "label", "advice"),
    [
        ([path((60, 90), (60, 240)), path((220, 90), (220, 240))], "One at a time", "one digit at a time"),
        (
            [path((160, 90), (160, 220)), path((60, 40), (260, 40), (260, 280), (60, 280), (60, 40))],
            "Without the box",
            "without the box",
        ),
    ],
)
def test_more_than_a_digit_gets_advice(
    open_page: OpenPage, trained_run: Run, canvas: FakeCanvas, strokes: list[Any], label: str, advice: str
) -> None:
    canvas.value = {"objects": strokes}
    app = open_page("draw", LAB)
    assert said(app) == (label, "refused")
    assert any(advice in sentence for sentence in sentences(app))


def test_a_digit_of_the_test_set_is_read_beside_its_label(
    open_page: OpenPage, trained_run: Run, canvas: FakeCanvas, inference: Inference
) -> None:
    app = open_page("draw", LAB)
    app.session_state["draw_source"] = Source.TEST_SET
    app.run()
    app.selectbox(key="test_digit_class").select("4").run()
    fours = Examples(load_mnist(), "mnist", SplitName.TEST, 4)
    for number in range(2):
        (index,) = fours.sample(number, 1)
        words = expected_answer(inference, trained_run, load_mnist().test.images[index], is_known_digit=True)
        assert said(app) == (words.label, words.sureness)
        assert any(sentence.endswith("its label is 4.") for sentence in sentences(app))
        app.button(key="test_digit_another").click().run()


def test_a_photo_is_read_and_another_file_is_refused_in_one_sentence(
    open_page: OpenPage, trained_run: Run, canvas: FakeCanvas, inference: Inference
) -> None:
    app = open_page("draw", LAB)
    app.session_state["draw_source"] = Source.PHOTO
    app.run()
    assert said(app) == ("–", "nothing yet")
    content = encoded(photo(load_mnist().test.images[0], 2), "JPEG")
    app.file_uploader[0].set_value([("seven.jpg", content, "image/jpeg")]).run()
    found = read_photo(content)
    digit = digit_from_strokes(found.strokes, canvas=found.size, drawn_pen_width=found.pen_width)
    words = expected_answer(inference, trained_run, digit)
    assert said(app) == (words.label, words.sureness)
    app.file_uploader[0].set_value([("seven.jpg", b"no photo", "image/jpeg")]).run()
    assert said(app) == ("–", "nothing yet")
    assert any("none of the formats read here" in sentence for sentence in sentences(app))
    # The camera is not shown before the visitor chooses it.
    assert not app.get("camera_input")
    app.segmented_control(key="photo_way").set_value("With the camera").run()
    assert app.get("camera_input")
    assert not app.exception


def test_several_networks_answer_side_by_side(open_page: OpenPage, trained_run: Run, canvas: FakeCanvas) -> None:
    for hour in range(13, 18):
        shutil.copytree(trained_run.folder, trained_run.folder.with_name(f"20260101-{hour}0000-abcdef"))
    canvas.value = SEVEN
    app = open_page("draw", LAB)
    app.session_state["draw_several"] = True
    app.run()
    chooser = app.multiselect(key="draw_runs")
    assert len(chooser.options) == 6
    assert len(app.metric) == 1 + len(chooser.value) == 3
    chooser.select(chooser.options[3]).run()
    assert len({(metric.value, metric.delta) for metric in app.metric}) == 1  # the runs are copies
    assert [metric.label for metric in app.metric] == ["The network reads", "small", "small", "small"]
    # A session cannot choose more runs than allowed, and runs that are gone leave the choice.
    app.session_state["draw_runs"] = [
        "20251231-120000-abcdef",
        *(path.name for path in trained_run.folder.parent.iterdir()),
    ]
    app.run()
    assert len(app.metric) == 1 + 4


def test_a_choice_of_runs_shows_the_accuracy_of_the_final_networks(open_page: OpenPage, trained_run: Run) -> None:
    newer = trained_run.folder.with_name("20260102-120000-abcdef")
    shutil.copytree(trained_run.folder, newer)
    lines = (newer / "events.jsonl").read_text().splitlines()
    last = next(line for line in reversed(lines) if '"val_accuracy"' in line)
    worse = json.dumps({**json.loads(last), "val_accuracy": 0.01})
    (newer / "events.jsonl").write_text("\n".join(worse if line == last else line for line in lines) + "\n")
    assert Run(newer).history().best_validation_accuracy != 0.01
    option = open_page("draw", LAB).selectbox(key="chosen_run").options[0]
    assert option.startswith("small, final network 1.0% on validation, 0")


def test_the_chosen_run_answers(open_page: OpenPage, trained_run: Run, canvas: FakeCanvas) -> None:
    newer = trained_run.folder.with_name("20260102-120000-abcdef")
    shutil.copytree(trained_run.folder, newer)
    app = open_page("draw", LAB)
    chooser = app.selectbox(key="chosen_run")
    assert chooser.value == newer.name
    assert len(chooser.options) == 2
    assert all(
        option.startswith("small, ") and " on validation, 0" in option and " Jan 12:00" in option
        for option in chooser.options
    )
    chooser.select(trained_run.id).run()
    assert app.session_state["run_id"] == trained_run.id
    assert app.selectbox(key="chosen_run").value == trained_run.id
    assert not app.exception


def test_a_run_without_a_trained_epoch_is_no_choice(open_page: OpenPage, trained_run: Run) -> None:
    create_run(trained_run.folder.with_name("20260102-120000-abcdef"), trained_run.experiment)
    app = open_page("draw", LAB)
    assert not app.selectbox
    assert len(app.metric) == 1


def test_weights_that_are_gone_get_a_sentence(open_page: OpenPage, trained_run: Run, canvas: FakeCanvas) -> None:
    for snapshot in trained_run.snapshots:
        snapshot.write_bytes(b"no weights")
    canvas.value = SEVEN
    app = open_page("draw", LAB)
    assert said(app) == ("–", "nothing yet")
    assert any(sentence.startswith(":material/error:") for sentence in sentences(app))
