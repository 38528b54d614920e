"""Learning rates checked with their formulas, and optimizers with their settings."""

import inspect
from typing import Any

import numpy as np
import pytest

from mnist_demo.backend import keras
from mnist_demo.experiment.settings import USUAL_LEARNING_RATES, Optimizer, Schedule, TrainingSettings
from mnist_demo.training.optimizers import SteeredRate, build_optimizer, learning_rate

STEPS = 200


def rates(schedule: Schedule) -> np.ndarray:
    rate = learning_rate(TrainingSettings(learning_rate=0.02, schedule=schedule), STEPS)
    return np.array([float(rate(step)) for step in range(STEPS)])


def test_one_cycle_rises_to_the_peak_and_falls_to_zero() -> None:
    # The rate follows straight lines through (0, 4% of the peak), (30%, the peak), (100%, 0), at each batch's middle.
    middle = (np.arange(STEPS) + 0.5) / STEPS
    np.testing.assert_allclose(rates(Schedule.ONE_CYCLE), np.interp(middle, [0, 0.3, 1], [0.0008, 0.02, 0]), rtol=1e-4)


def test_cosine_falls_to_zero() -> None:
    expected = 0.02 * 0.5 * (1 + np.cos(np.pi * np.arange(STEPS) / STEPS))
    np.testing.assert_allclose(rates(Schedule.COSINE), expected, rtol=1e-4, atol=1e-9)


@pytest.mark.parametrize("schedule", [Schedule.COSINE, Schedule.ONE_CYCLE])
def test_before_the_start_of_a_schedule_its_first_rate_is_used(schedule: Schedule) -> None:
    settings = TrainingSettings(learning_rate=0.02, schedule=schedule)
    rate = SteeredRate(settings, STEPS, first_step=300)
    assert float(rate(0)) == float(rate(300)) == pytest.approx(rates(schedule)[0])
    assert float(rate(310)) == pytest.approx(rates(schedule)[10])


def test_constant_is_a_number() -> None:
    assert learning_rate(TrainingSettings(learning_rate=0.02), STEPS) == 0.02


@pytest.mark.parametrize(
    ("optimizer", "kind", "expected"),
    [
        (Optimizer.SGD, keras.optimizers.SGD, {"momentum": 0.8}),
        (Optimizer.RMSPROP, keras.optimizers.RMSprop, {}),
        (Optimizer.ADAM, keras.optimizers.Adam, {"beta_1": 0.7, "beta_2": 0.9}),
        (Optimizer.ADAMW, keras.optimizers.AdamW, {"beta_1": 0.7, "beta_2": 0.9, "weight_decay": 0.01}),
    ],
)
def test_an_optimizer_has_its_settings(optimizer: Optimizer, kind: type, expected: dict[str, float]) -> None:
    settings = TrainingSettings(
        optimizer=optimizer, learning_rate=0.5, momentum=0.8, beta_1=0.7, beta_2=0.9, weight_decay=0.01
    )
    built: Any = build_optimizer(settings, STEPS)
    config: dict[str, Any] = built.get_config()
    assert type(built) is kind
    assert config["learning_rate"] == pytest.approx(0.5)
    assert {name: config[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("optimizer", "kind"),
    [
        (Optimizer.SGD, keras.optimizers.SGD),
        (Optimizer.RMSPROP, keras.optimizers.RMSprop),
        (Optimizer.ADAM, keras.optimizers.Adam),
        (Optimizer.ADAMW, keras.optimizers.AdamW),
    ],
)
def test_the_usual_learning_rate_is_the_default_of_keras(optimizer: Optimizer, kind: type) -> None:
    assert USUAL_LEARNING_RATES[optimizer] == inspect.signature(kind).parameters["learning_rate"].default
