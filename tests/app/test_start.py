"""The first page: a network that has learned nothing guesses, one button trains it, and two ways lead on."""

import subprocess
import sys

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_demo.app.start import sample
from mnist_demo.app.widgets.drawing.canvas import PEN_WIDTH, SIDE
from mnist_demo.drawing import digit_from_strokes, strokes_from_canvas
from mnist_demo.network import build_model
from mnist_demo.presets import PRESETS
from mnist_demo.runs import Run
from tests.app.conftest import LAB, OpenPage
from tests.app.drawing import SEVEN, FakeCanvas, said
from tests.jobs.fake_executor import FakeExecutor
from tests.server import ROOT

DRAWN = digit_from_strokes(strokes_from_canvas(SEVEN), canvas=(SIDE, SIDE), drawn_pen_width=PEN_WIDTH)


def title(app: AppTest) -> str:
    (metric,) = app.metric
    return str(metric.label)


def guess_of_keras(digit: np.ndarray) -> int:
    """Return what the untrained network of the preset fast answers, without the inference process."""
    model = build_model(PRESETS["fast"].network, seed=PRESETS["fast"].seed)
    return int(model.predict(digit[None, ..., None] / np.float32(255), verbose=0).argmax())


def test_an_untrained_network_guesses_at_the_grey_digit_and_then_at_the_drawing(
    open_page: OpenPage, canvas: FakeCanvas
) -> None:
    app = open_page("start")
    assert title(app) == f"It guesses the grey {sample.LABEL} as"
    assert said(app)[0] == str(guess_of_keras(sample.stages().digit))
    assert said(app)[1].endswith(", by chance")
    assert sum("st-key-canvas" in str(each.proto) for each in app.get("html")) == 1
    canvas.value = SEVEN
    app.run()
    assert title(app) == "It guesses your drawing as"
    assert said(app)[0] == str(guess_of_keras(DRAWN))
    assert not any("st-key-canvas" in str(each.proto) for each in app.get("html"))
    assert app.toggle(key="start_before").disabled


def test_one_button_trains_the_preset_fast_while_the_network_goes_on_guessing(
    open_page: OpenPage, canvas: FakeCanvas, executor: FakeExecutor
) -> None:
    app = open_page("start")
    app.button(key="start_train").click().run()
    assert not app.exception
    assert executor.next().run.experiment == PRESETS["fast"]
    assert title(app).startswith("It guesses")
    assert not [button for button in app.button if button.key in ("start_train", "start_lesson")]


def test_a_trained_network_reads_and_two_ways_lead_on(
    open_page: OpenPage, canvas: FakeCanvas, trained_run: Run
) -> None:
    canvas.value = SEVEN
    app = open_page("start", LAB)
    assert title(app) == "It reads your drawing as"
    assert any("of digits that it never learned from" in each.value for each in app.caption)
    app.toggle(key="start_before").set_value(True).run()
    assert title(app) == "It guesses your drawing as"
    app.button(key="start_lab").click().run()
    assert app.title[0].value == "Explore"


def test_the_first_lesson_is_one_of_the_two_ways(open_page: OpenPage, canvas: FakeCanvas, trained_run: Run) -> None:
    app = open_page("start", LAB)
    app.button(key="start_lesson").click().run()
    assert app.query_params["lesson"] == "codelab"


@pytest.mark.usefixtures("home")
def test_the_first_page_does_not_import_what_it_does_not_need() -> None:
    script = """
import sys
from streamlit.testing.v1 import AppTest
from mnist_demo import processes
if __name__ == "__main__":
    # What the server imports afterwards must not come before the answer of a slow machine.
    processes.WARM_UP_DELAY = 1000
    app = AppTest.from_file("mnist_demo/app/main.py", default_timeout=120).run()
    assert not app.exception and app.get("vega_lite_chart")
    # Pandas is imported all the same, by Streamlit (1.67) for the data of any component.
    print({"altair", "keras", "tensorflow"} & set(sys.modules))
"""
    answer = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout == "set()\n"
