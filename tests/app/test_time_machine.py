"""The page Time machine as a visitor meets it; the slider itself is driven in tests/browser/."""

import base64
import json
from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest

from mnist_demo.data import load_mnist
from mnist_demo.runs import Run
from tests.app.conftest import LAB, OpenPage


def until_complete(app: AppTest) -> None:
    """Run the page again, as a browser does by itself, until every epoch is shown."""
    for _ in range(50):
        app.run()
        if not app.get("progress") or "validation images" not in app.get("progress")[-1].text:
            return
    raise AssertionError("the first pass did not end")


def sent(app: AppTest) -> dict[str, Any]:
    """Return the data that the browser receives."""
    # The component that names each "?" is left out.
    (component,) = (each for each in app.main.get("bidi_component"))
    found: dict[str, Any] = json.loads(component.proto.json)
    return found


def test_the_figures_agree_with_the_training(open_page: OpenPage, trained_run: Run) -> None:
    app = open_page("time_machine", LAB)
    until_complete(app)
    assert not app.exception
    shown = sent(app)
    assert [frame["epoch"] for frame in shown["frames"]] == [0, 1, 2]
    assert shown["images"] == 500
    accuracies = [frame["right"] / shown["images"] for frame in shown["frames"]]
    np.testing.assert_allclose(accuracies[1:], trained_run.history().epochs["val_accuracy"], atol=0.0021)
    digits = trained_run.history().digits
    assert digits is not None
    assert tuple(answer for answer, _ in shown["frames"][-1]["digits"]) == digits.answers
    labels = load_mnist().validation.labels
    assert shown["labels"] == labels[:20].tolist()
    assert np.sum(shown["frames"][1]["confusion"]) == 500
    assert any("500 validation images" in each.value and "test images" in each.value for each in app.caption)


def test_a_dense_network_shows_what_its_units_look_for(open_page: OpenPage, trained_run: Run) -> None:
    app = open_page("time_machine", LAB)
    until_complete(app)
    shown = sent(app)
    assert shown["kernels"] == {"title": "What 16 units look for", "side": 28, "shown": 16}
    with np.load(trained_run.snapshots[0]) as arrays:
        first = arrays["000"]
    levels = np.frombuffer(base64.b64decode(shown["frames"][0]["kernels"]), np.int8).reshape(16, 784)
    assert np.corrcoef(levels.ravel(), first.T.ravel())[0, 1] > 0.999


def test_a_damaged_snapshot_is_named_and_the_others_are_shown(open_page: OpenPage, trained_run: Run) -> None:
    torn = trained_run.snapshots[1]
    torn.write_bytes(torn.read_bytes()[:-500])
    app = open_page("time_machine", LAB)
    until_complete(app)
    assert not app.exception
    assert [frame["epoch"] for frame in sent(app)["frames"]] == [0, 2]
    assert "after epoch 1 cannot be shown" in app.warning[0].value
    app.button(key="time_machine_again").click().run()
    assert not app.exception


def test_the_page_leads_to_the_next_one(open_page: OpenPage, trained_run: Run) -> None:
    app = open_page("time_machine", LAB)
    assert app.button(key="next_step").label == "Draw a digit"


def test_the_first_frame_of_a_fine_tuned_network_is_not_called_untrained(open_page: OpenPage, trained_run: Run) -> None:
    trained_run.initial_path.write_bytes(trained_run.snapshots[0].read_bytes())
    app = open_page("time_machine", LAB)
    until_complete(app)
    labels = [frame["label"] for frame in sent(app)["frames"]]
    assert labels == ["Epoch 0: before the lesson", "Epoch 1 of 2", "Epoch 2 of 2"]
