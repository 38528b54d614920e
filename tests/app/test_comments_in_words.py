"""Comments in sentences."""

import pytest

from mnist_demo.app.words.comments import in_words, most_confused_in_words
from mnist_demo.comments import (
    AccuracyReached,
    AllRight,
    Comment,
    Diverged,
    Earlier,
    FirstRight,
    Guessing,
    Learned,
    MostConfused,
    NextStep,
    Parted,
    Verdict,
)
from mnist_demo.data import DIGIT_CLASS_NAMES, FASHION_MNIST_CLASS_NAMES

NEXT = (NextStep.MISTAKES, NextStep.DRAW)


@pytest.mark.parametrize(
    ("comment", "sentence"),
    [
        (FirstRight(step=1, right=1, of=20, label=7), "The first digit right, after 1 batch: 7. Guessing gets about 2"),
        (FirstRight(step=8, right=7, of=20, label=7), "The first digits right, after 8 batches: 7 of 20."),
        (AllRight(step=1412, of=20), "All 20 digits right, for the first time after 1,412 batches."),
        (AccuracyReached(epoch=3, accuracy=0.9712), "97.1% after epoch 3: from here on, the error rate shows"),
        (
            Parted(lowest_epoch=4, lowest=0.31, newest_epoch=9, newest=0.452),
            "Training and validation part (overfitting): since epoch 4 the training loss fell, and the validation loss "
            "rose from 0.310 to 0.452.",
        ),
        (
            Guessing(epoch=1, loss=2.306, guessing_loss=2.3026, answer=1, rate=10.0, try_rate=0.001, back_to=None),
            "After epoch 1 it answers 1 to all digits below. Its loss is 2.306; guessing gives 2.303. The rate of 10 "
            "was most likely too high.",
        ),
        (
            Guessing(epoch=1, loss=12345.6, guessing_loss=2.3026, answer=None, rate=None, try_rate=None, back_to=None),
            "After epoch 1 it is no better than guessing. Its loss is 12,346; guessing gives 2.303.",
        ),
        (
            Diverged(rate=1.0, usual_rate=0.001, try_rate=0.001, back_to=None),
            "A learning rate of 1 was too high for this network; its optimizer's usual rate is 0.001.",
        ),
        (
            Diverged(rate=0.001, usual_rate=0.001, try_rate=0.0001, back_to=None),
            "A learning rate of 0.001 was too high for this network.",
        ),
        (
            Learned(accuracy=0.987, guessing=0.11, earlier=None, verdict=None, next_steps=NEXT),
            "It reads 98.7% of digits that it never learned from; guessing gets 11%.",
        ),
        *(
            (
                Learned(accuracy=0.98, guessing=0.11, earlier=Earlier("a_b", 0.9), verdict=verdict, next_steps=NEXT),
                rf"guessing gets 11%. {words} your best before, a\_b (90.0%).",
            )
            for verdict, words in (
                (Verdict.BETTER, "Better than"),
                (Verdict.ALIKE, "Within chance of"),
                (Verdict.WORSE, "Behind"),
            )
        ),
    ],
)
def test_a_comment_in_words(comment: Comment, sentence: str) -> None:
    assert sentence in in_words(comment, DIGIT_CLASS_NAMES)


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (MostConfused(4, 9, 8, 0), "**4** and **9** are confused most: 8 fours read as 9."),
        (MostConfused(9, 4, 8, 1), "**4** and **9** are confused most: 8 nines read as 4, 1 four read as 9."),
        (MostConfused(6, 0, 6, 0), "**0** and **6** are confused most: 6 sixes read as 0."),
    ],
)
def test_confused_digits_in_words(found: MostConfused, sentence: str) -> None:
    assert most_confused_in_words(found, DIGIT_CLASS_NAMES) == sentence


def test_other_classes_have_their_names() -> None:
    assert most_confused_in_words(MostConfused(6, 2, 140, 1), FASHION_MNIST_CLASS_NAMES) == (
        "**Pullover** and **Shirt** are confused most: 140 images of Shirt read as Pullover, 1 image of Pullover read "
        "as Shirt."
    )
    learned = Learned(accuracy=0.9, guessing=0.1, earlier=None, verdict=None, next_steps=NEXT)
    assert "of images that" in in_words(learned, FASHION_MNIST_CLASS_NAMES)


def test_an_earlier_run_has_a_verdict() -> None:
    with pytest.raises(ValueError, match="accepted is both or none"):
        Learned(accuracy=0.9, guessing=0.1, earlier=Earlier("before", 0.8), verdict=None, next_steps=NEXT)
