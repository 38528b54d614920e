"""Teach it your hand, on the page Draw: the kept drawings, and the result of a fine-tuning."""

import shutil
from pathlib import Path

import pytest

from mnist_demo.data import load_mnist
from mnist_demo.jobs.fine_tuning import plan_fine_tuning
from mnist_demo.runs import Run, RunState, create_run
from tests.app.conftest import LAB, OpenPage
from tests.app.drawing import SEVEN, FakeCanvas, path, sentences
from tests.jobs.fake_executor import FakeExecutor


def test_drawings_are_labelled_kept_and_fine_tuned_on(
    open_page: OpenPage, trained_run: Run, canvas: FakeCanvas, executor: FakeExecutor
) -> None:
    app = open_page("draw", LAB)
    app.session_state["draw_teach"] = True
    app.run()
    assert app.button(key="teach").disabled
    assert app.segmented_control(key="collect_label").disabled
    for count in range(1, 11):
        canvas.value = {"objects": [path((80 + count, 70), (240, 70)), path((240, 70), (140, 280))]}
        app.run()
        app.segmented_control(key="collect_label").set_value(7).run()
        assert app.session_state["canvas_kept"] == []
        assert app.segmented_control(key="collect_label").value is None
        assert any(caption.value.endswith(f"Kept so far: {count}.") for caption in app.caption)
        canvas.value = {"objects": []}
        app.run()
    assert not app.button(key="teach").disabled
    app.button(key="collect_drop").click().run()
    assert app.button(key="teach").disabled
    canvas.value = SEVEN
    app.run()
    app.segmented_control(key="collect_label").set_value(7).run()
    app.button(key="teach").click().run()
    training = executor.next()
    fine_tuned = training.run
    assert fine_tuned.experiment.name == "small, taught your hand"
    assert training.data_path == fine_tuned.own_data_path
    assert fine_tuned.initial_path.read_bytes() == trained_run.snapshots[-1].read_bytes()
    assert app.session_state["run_id"] == fine_tuned.id
    app.button(key="collect_drop_all").click().run()
    assert any(caption.value.endswith("Kept so far: 0.") for caption in app.caption)
    assert not app.exception


def test_a_kept_drawing_can_be_taken_back(open_page: OpenPage, trained_run: Run, canvas: FakeCanvas) -> None:
    app = open_page("draw", LAB)
    app.session_state["draw_teach"] = True
    canvas.value = SEVEN
    app.run()
    drawn = [stroke.tolist() for stroke in app.session_state["canvas_kept"]]
    assert app.button(key="collect_undo").disabled
    # One tap keeps the drawing, says so, empties the canvas and counts, in one run of the page.
    app.segmented_control(key="collect_label").set_value(1).run()
    assert ":material/check: Kept as **1**." in sentences(app)
    assert any(caption.value.endswith("Kept so far: 1.") for caption in app.caption)
    assert app.session_state["canvas_kept"] == []
    canvas.value = None  # from here on the canvas holds what the page gives it
    app.button(key="collect_undo").click().run()
    assert [stroke.tolist() for stroke in app.session_state["canvas_kept"]] == drawn
    assert any(caption.value.endswith("Kept so far: 0.") for caption in app.caption)
    assert app.button(key="collect_undo").disabled
    # A drawing that was begun meanwhile stays on the canvas.
    app.segmented_control(key="collect_label").set_value(7).run()
    canvas.value = {"objects": [path((160, 60), (160, 280))]}
    app.run()
    app.button(key="collect_undo").click().run()
    assert len(app.session_state["canvas_kept"]) == 1
    assert any(caption.value.endswith("Kept so far: 0.") for caption in app.caption)
    assert not app.exception


def test_nothing_is_kept_twice(open_page: OpenPage, trained_run: Run, canvas: FakeCanvas) -> None:
    app = open_page("draw", LAB)
    app.session_state["draw_teach"] = True
    for label, is_kept_already in ((7, False), (1, True)):
        canvas.value = SEVEN
        app.run()
        app.segmented_control(key="collect_label").set_value(label).run()
        assert any("kept already" in sentence for sentence in sentences(app)) == is_kept_already
        canvas.value = {"objects": []}
        app.run()
    assert any(caption.value.endswith("Kept so far: 1.") for caption in app.caption)
    assert not app.exception


@pytest.mark.parametrize("spoilt", ["damaged", "not to be read now"])
def test_unreadable_drawings_are_not_overwritten(
    open_page: OpenPage, trained_run: Run, canvas: FakeCanvas, home: Path, spoilt: str
) -> None:
    app = open_page("draw", LAB)
    app.session_state["draw_teach"] = True
    canvas.value = SEVEN
    app.run()
    kept = home / "drawings" / LAB / "collection.npz"
    kept.parent.mkdir(parents=True, exist_ok=True)
    if spoilt == "damaged":
        kept.write_bytes(b"not whole")
    else:
        # Reading the path fails even for root, because the path is a folder.
        kept.mkdir()
    app.segmented_control(key="collect_label").set_value(7).run()
    assert not app.exception
    if spoilt == "damaged":
        assert kept.with_name("damaged.npz").read_bytes() == b"not whole"
        assert any(caption.value.endswith("Kept so far: 1.") for caption in app.caption)
    else:
        assert kept.is_dir()
        assert any("could not be kept" in sentence for sentence in sentences(app))


def test_a_fine_tuning_shows_the_accuracy_before_and_after(
    open_page: OpenPage, trained_run: Run, canvas: FakeCanvas
) -> None:
    test = load_mnist().test
    fine_tuning = plan_fine_tuning(trained_run, test[:12], load_mnist())
    fine_tuned = create_run(trained_run.folder.with_name("20260102-120000-abcdef"), fine_tuning.experiment)
    fine_tuning.write(fine_tuned)
    # The source's snapshots replace those of the fine-tuning, so that the accuracy rises from that of random weights.
    for snapshot in trained_run.snapshots:
        shutil.copy(snapshot, fine_tuned.folder / "snapshots")
    fine_tuned.mark(RunState.FINISHED)
    app = open_page("draw", LAB)
    app.session_state["draw_teach"] = True
    app.run()
    drawn, tested = app.metric[1:]
    assert drawn.label == "Your drawings, 3 held back"
    assert drawn.value.endswith(" of 3")
    assert drawn.delta.startswith("before: ")
    assert tested.label == "MNIST's test images"
    before, after = (float(text.removeprefix("before: ").rstrip("%")) for text in (tested.delta, tested.value))
    assert after > before + 20
    assert any("has not forgotten MNIST" in sentence for sentence in sentences(app))
