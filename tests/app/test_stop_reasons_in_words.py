"""Stop reasons: the code with its values, the form that the former version kept, and the sentence on the page."""

import errno
import json

import numpy as np
import pytest

from mnist_demo.app.words.stop_reasons import in_words
from mnist_demo.runs import StopCode, StopReason
from mnist_demo.runs.stop_reasons import EXIT_DISK_FULL, EXIT_NOT_WRITTEN, MAX_TEXT
from mnist_demo.training.callbacks.early_stopping import is_reached

EXAMPLES = [
    StopReason(code=StopCode.TARGET_REACHED, epoch=6, accuracy=0.9962, target=0.99),
    StopReason(code=StopCode.NO_IMPROVEMENT, epoch=10, waited=2),
    StopReason(code=StopCode.DIVERGED, batch=1_200),
    StopReason(code=StopCode.DIVERGED_IN_VALIDATION, epoch=2),
    StopReason(code=StopCode.WEIGHTS_DIVERGED, batch=7),
    StopReason(code=StopCode.KILLED, signal=9),
    StopReason(code=StopCode.DIED, exit_code=1),
    StopReason(code=StopCode.FAILED_TO_START, text="no more processes"),
    StopReason(code=StopCode.ERROR, text="ValueError: x"),
    StopReason.told("Enough."),
    *(
        StopReason(code=code)
        for code in (
            StopCode.PREEMPTED,
            StopCode.TIME_SLICE,
            StopCode.PAUSED_TOO_LONG,
            StopCode.NEVER_BEGAN,
            StopCode.SERVER_GONE,
            StopCode.DISK_FULL,
            StopCode.NOT_WRITTEN,
            StopCode.DID_NOT_STOP,
        )
    ),
]


def test_every_code_has_an_example() -> None:
    assert {reason.code for reason in EXAMPLES} == set(StopCode)


@pytest.mark.parametrize("reason", EXAMPLES, ids=lambda reason: str(reason.code))
def test_every_reason_is_kept_as_json_and_has_a_sentence(reason: StopReason) -> None:
    assert StopReason.from_json(json.loads(json.dumps(reason.to_json()))) == reason
    sentence = in_words(reason)
    assert sentence
    assert "None" not in sentence


@pytest.mark.parametrize(
    "value",
    [
        5,
        None,
        {},
        {"code": "bored"},
        {"code": ["diverged"]},
        {"code": "diverged"},
        {"code": "diverged", "batch": -1},
        {"code": "diverged", "batch": 1, "epoch": 2},
        {"code": "diverged", "batch": True},
        {"code": "target_reached", "epoch": 1, "accuracy": float("nan"), "target": 0.5},
        {"code": "told", "text": "x" * 301},
        {"code": "preempted", "extra": 1},
    ],
)
def test_anything_but_a_reason_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"reason|StopCode|has the values|cannot be"):
        StopReason.from_json(value)


@pytest.mark.parametrize(
    "sentence",
    [
        "The loss stopped being a number at batch 1,200: the steps were too large. "
        "Try a learning rate ten times smaller.",
        "The loss stopped being a number at the end of epoch 2: the steps were too large. "
        "Try a learning rate ten times smaller.",
        "Weights stopped being numbers by batch 7: the steps were too large. Try a learning rate ten times smaller.",
    ],
)
def test_a_divergence_of_the_former_version_is_recognised(sentence: str) -> None:
    reason = StopReason.from_json(sentence)
    assert reason.has_diverged
    assert in_words(reason) == sentence


def test_other_sentences_of_the_former_version_are_kept_within_bounds() -> None:
    reason = StopReason.from_json("x" * 188_000)
    assert not reason.has_diverged
    assert reason == StopReason(code=StopCode.TOLD, text="x" * MAX_TEXT)


def test_a_text_from_outside_is_shown_unchanged() -> None:
    assert in_words(StopReason(code=StopCode.ERROR, text="[a](b)")) == r"\[a\](b)"


@pytest.mark.parametrize("images", [5, 100, 5_000])
def test_a_target_is_reached_at_the_first_image_that_completes_it(images: int) -> None:
    for right in range(1, images + 1):
        target = right / images
        assert is_reached(target, float(np.float32(target)), images)
        assert not is_reached(target, float(np.float32((right - 1) / images)), images)


@pytest.mark.parametrize(("target", "said"), [(0.99, "99%"), (0.9955, "99.55%"), (1.0, "100%"), (1 / 3, "33.3333%")])
def test_a_target_is_named_in_the_unit_of_the_accuracy_reached(target: float, said: str) -> None:
    sentence = in_words(StopReason(code=StopCode.TARGET_REACHED, epoch=6, accuracy=0.9962, target=target))
    assert sentence == f"Reached its target after epoch 6: validation accuracy is 99.62%, and {said} was asked for."


def test_one_epoch_is_singular() -> None:
    for waited, said in ((1, "for one epoch."), (2, "for 2 epochs.")):
        sentence = in_words(StopReason(code=StopCode.NO_IMPROVEMENT, epoch=10, waited=waited))
        assert sentence.endswith(f"had not improved {said}")


def test_a_run_that_could_not_be_written_has_no_full_disk_for_that() -> None:
    full = StopReason(code=StopCode.DISK_FULL)
    assert StopReason.of_exit_code(EXIT_DISK_FULL) == StopReason.of_error(OSError(errno.ENOSPC, "no space")) == full
    assert "disk is full" in in_words(full)
    assert "full" not in in_words(StopReason.of_exit_code(EXIT_NOT_WRITTEN))
