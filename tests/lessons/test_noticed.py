"""What a lesson is told of drawings, of test predictions and of several runs."""

import dataclasses
from pathlib import Path

import pytest

from mnist_demo.drawing import Step
from mnist_demo.lessons import Condition, Situation
from mnist_demo.lessons.drawn import Drawn
from mnist_demo.presets import PRESETS
from tests.lessons.tested_runs import run_with_tests

CODELAB = PRESETS["codelab"]


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("drawn_as = 7", True),
        ("drawn_as != 7", False),
        ("drawn_as = 1", False),
        ("confidence > 90%", True),
        ("confidence < 90%", False),
        ("refused", True),
        ("left out scale", True),
        ("left out bound", False),
    ],
)
def test_the_answer_to_a_drawing_is_noticed(condition: str, holds: bool) -> None:
    drawn = Drawn(7, 0.95, is_refused=True, left_out=frozenset({Step.SCALE}))
    assert Condition(condition).holds(Situation(experiment=CODELAB, drawn=drawn)) is holds
    assert not Condition(condition).holds(Situation(experiment=CODELAB))


@pytest.mark.parametrize(("confidence", "shown"), [(0.956, "96%"), (0.9951, ">99%"), (1.0, ">99%")])
def test_no_answer_is_told_as_certain(confidence: float, shown: str) -> None:
    assert Situation(experiment=CODELAB, drawn=Drawn(7, confidence)).in_words("confidence") == shown


@pytest.mark.parametrize(("best", "confidence"), [(10, 0.5), (-1, 0.5), (3, 1.5), (3, float("nan"))])
def test_no_network_answers_so(best: int, confidence: float) -> None:
    with pytest.raises(ValueError, match="accepted are 0 to 9"):
        Drawn(best, confidence)


def test_kept_drawings_count_once_they_are_read() -> None:
    waiting = Situation(experiment=CODELAB, kept=12)
    assert waiting.figure("kept") == 12
    assert waiting.figure("kept_accuracy") is None
    read = Situation(experiment=CODELAB, kept=12, kept_right=lambda: 12)
    assert read.in_words("kept_accuracy") == "100%"
    assert Condition("kept >= 10 and kept_accuracy = 100%").holds(read)
    assert Situation(experiment=CODELAB, kept_right=lambda: 0).figure("kept_accuracy") is None


def test_test_predictions_are_told_with_their_interval_and_how_sure_they_are(tmp_path: Path) -> None:
    run = run_with_tests(tmp_path / "run", CODELAB, range(20))
    situation = Situation(experiment=CODELAB, run=run)
    told = {name: situation.in_words(name) for name in ("test_accuracy", "test_low", "test_high", "test_width")}
    # These are the limits of the Wilson interval of 980 of 1,000.
    assert told == {"test_accuracy": "98.00%", "test_low": "96.93%", "test_high": "98.70%", "test_width": "1.77"}
    assert (situation.in_words("test_wrong"), situation.in_words("sure_mistakes")) == ("20", "20")
    assert situation.in_words("sure_mistakes_share") == "100%"
    assert situation.in_words("test_confidence") == "95.00%"
    assert situation.figure("too_sure") == pytest.approx(-0.03, abs=1e-6)
    assert Condition("too_sure < -1%").holds(situation)
    # 98% of the answers are right at a confidence of 95%, so the network is less sure than it may be.
    assert Condition("temperature < 1").holds(situation)
    assert Situation(experiment=PRESETS["fast"], run=run).figure("test_accuracy") is None


def test_a_network_without_mistakes_has_no_share_of_sure_ones(tmp_path: Path) -> None:
    situation = Situation(experiment=CODELAB, run=run_with_tests(tmp_path / "run", CODELAB, ()))
    assert situation.figure("sure_mistakes") == 0
    assert situation.figure("sure_mistakes_share") is None


def test_runs_of_one_design_differ_in_their_seed(tmp_path: Path) -> None:
    again = dataclasses.replace(CODELAB, seed=1, name="again")
    runs = [
        run_with_tests(tmp_path / "a", CODELAB),
        run_with_tests(tmp_path / "b", again),
        run_with_tests(tmp_path / "c", again),
        run_with_tests(tmp_path / "d", PRESETS["fast"]),
    ]
    assert Situation(experiment=CODELAB, runs=runs).figure("seeds") == 2
    assert Situation(experiment=CODELAB, runs=runs).in_words("seed_gap") == "0.00"
    assert Situation(experiment=CODELAB, runs=runs).in_words("seed_worst") == "98.0%"
    assert Situation(experiment=CODELAB, runs=runs[:1]).figure("seed_gap") is None
    assert Situation(experiment=PRESETS["tiny"], runs=runs).figure("seed_worst") is None


def test_two_chosen_runs_are_told_apart_by_the_digits_that_one_of_them_reads(tmp_path: Path) -> None:
    first = run_with_tests(tmp_path / "a", CODELAB, range(30))
    second = run_with_tests(tmp_path / "b", PRESETS["fast"], range(20, 60))
    situation = Situation(experiment=CODELAB, chosen=(first, second))
    assert (situation.figure("chosen"), situation.figure("apart")) == (2, 50)
    assert situation.in_words("test_gap") == "1.00"
    assert situation.in_words("chance") == "20%"
    assert Condition("chosen = 2 and chance > 5%").holds(situation)
    assert situation.in_words("digits_needed") == "3,900"
    alone = Situation(experiment=CODELAB, chosen=(first,))
    assert (alone.figure("chosen"), alone.figure("apart")) == (1, None)
