"""The challenges at the end of our own lessons: each can be met, and is not met by the network that it begins with."""

from dataclasses import replace
from pathlib import Path

import pytest

from mnist_demo.experiment import Experiment
from mnist_demo.lessons import Condition, Language, Situation, load_library
from mnist_demo.network import ActivationName, Conv2D, Dense, Flatten, Layer, MaxPooling2D, Network
from mnist_demo.presets import PRESETS
from tests.lessons.test_reader import a_run
from tests.lessons.tested_runs import run_with_tests

POOL, FLAT = MaxPooling2D(2), Flatten()


def convolution(filters: int, kernel_size: int, strides: int = 1) -> Conv2D:
    return Conv2D(filters, kernel_size, strides=strides, activation=ActivationName.RELU)


# Each network reached its accuracy in five epochs of 55,000 images.
MET: dict[str, tuple[tuple[Layer, ...], float]] = {
    "kernels": ((convolution(4, 5), POOL, convolution(16, 5), POOL, FLAT), 0.9744),
    "receptive_field": (
        (convolution(8, 5, 2), convolution(16, 3), convolution(16, 3, 2), convolution(16, 3), FLAT),
        0.9782,
    ),
    "small": ((convolution(4, 5), POOL, convolution(8, 3), POOL, convolution(8, 3), FLAT), 0.9734),
}

# A network with a lone dense layer sees the whole image, reads it well and has too much of everything else.
NOT_MET = replace(PRESETS["codelab"], network=Network((FLAT, Dense(200, activation=ActivationName.RELU))))


def holds(lesson: str, experiment: Experiment, folder: Path, accuracy: float) -> bool:
    return challenge(lesson).holds(Situation(experiment=experiment, run=a_run(folder, experiment, [accuracy])))


@pytest.mark.parametrize("lesson", MET)
def test_a_challenge_can_be_met_and_has_to_be(lesson: str, tmp_path: Path) -> None:
    layers, accuracy = MET[lesson]
    network = replace(PRESETS["codelab"], network=Network(layers))
    assert holds(lesson, network, tmp_path / "met", accuracy)
    assert not holds(lesson, network, tmp_path / "weak", 0.97)
    assert not holds(lesson, PRESETS["codelab"], tmp_path / "codelab", 0.99)
    assert not holds(lesson, NOT_MET, tmp_path / "dense", 0.99)


def test_every_lesson_ends_with_something_that_the_lab_checks() -> None:
    for name, versions in load_library({}).lessons.items():
        for lesson in versions.values():
            assert lesson.steps[-1].task, name
            assert any(step.question for step in lesson.steps), name


def test_strides_take_the_place_of_poolings_only_where_both_are_changed(tmp_path: Path) -> None:
    """A step notices a network that has what it asks for, and none that is half done."""
    steps = {step.title: step for step in load_library({}).lessons["receptive_field"][Language.ENGLISH].steps}
    networks = {
        "Without pooling": (convolution(8, 5), convolution(16, 5), FLAT),
        "half done": (convolution(8, 5, 2), convolution(16, 5), FLAT),
        "Steps instead": (convolution(8, 5, 2), convolution(16, 5, 2), FLAT),
    }
    noticed = {
        "Without pooling": list(networks),
        "Steps instead": ["Steps instead"],
        "What it costs": ["Steps instead"],
    }
    for title, names in noticed.items():
        done = steps[title].done
        assert done is not None
        holding = []
        for name, layers in networks.items():
            experiment = replace(PRESETS["codelab"], network=Network(layers))
            run = a_run(tmp_path / title / name, experiment, [0.918])
            if done.holds(Situation(experiment=experiment, run=run)):
                holding.append(name)
        assert holding == names, title
    question = steps["Steps instead"].question
    assert question is not None
    assert question.answers[question.right(Situation(experiment=experiment)) or 0].text == "about a quarter"


def challenge(lesson: str) -> Condition:
    """Return the condition of a lesson's last step."""
    done = load_library({}).lessons[lesson][Language.ENGLISH].steps[-1].done
    assert done is not None
    return done


def test_the_challenge_of_confidence_asks_for_a_calibrated_codelab(tmp_path: Path) -> None:
    # 98% of the answers are right, at a confidence of 98% or of 80%.
    codelab, wrong = PRESETS["codelab"], range(20)
    honest = run_with_tests(tmp_path / "honest", codelab, wrong, confidence=0.98)
    modest = run_with_tests(tmp_path / "modest", codelab, wrong, confidence=0.8)
    other = run_with_tests(tmp_path / "other", PRESETS["canvas"], wrong, confidence=0.98)
    done = challenge("sure_or_right")
    assert done.holds(Situation(experiment=codelab, run=honest))
    assert not done.holds(Situation(experiment=codelab, run=modest))
    assert not done.holds(Situation(experiment=PRESETS["canvas"], run=other))


def test_the_challenge_of_seeds_asks_for_three(tmp_path: Path) -> None:
    codelab = PRESETS["codelab"]
    runs = [run_with_tests(tmp_path / str(seed), replace(codelab, seed=seed)) for seed in range(3)]
    done = challenge("a_or_b")
    assert done.holds(Situation(experiment=codelab, runs=runs))
    assert not done.holds(Situation(experiment=codelab, runs=runs[:2]))
    weak = a_run(tmp_path / "weak", replace(codelab, seed=3), [0.94])
    assert not done.holds(Situation(experiment=codelab, runs=[*runs, weak]))


def test_the_challenge_of_the_hand_asks_for_ten_drawings_all_read() -> None:
    done, codelab = challenge("cannot_read"), PRESETS["codelab"]
    assert done.holds(Situation(experiment=codelab, kept=10, kept_right=lambda: 10))
    assert not done.holds(Situation(experiment=codelab, kept=10, kept_right=lambda: 9))
    assert not done.holds(Situation(experiment=codelab, kept=9, kept_right=lambda: 9))
