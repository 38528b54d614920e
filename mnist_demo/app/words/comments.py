"""Comments in sentences for the visitor."""

from collections.abc import Sequence

from mnist_demo.app.words.text import escape_markdown, plural
from mnist_demo.comments import (
    AccuracyReached,
    AllRight,
    Comment,
    Diverged,
    FirstRight,
    Guessing,
    Learned,
    MostConfused,
    Parted,
    Verdict,
)
from mnist_demo.data import DIGIT_CLASS_NAMES
from mnist_demo.dimensions import CLASSES
from mnist_demo.evaluation.percent import percent

_DIGITS_AS_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_HUGE = 100.0
"""Losses at or above this are written without decimals."""


def in_words(comment: Comment, class_names: Sequence[str]) -> str:
    """Return the sentence on a moment of a training, as Markdown.

    Args:
        comment: The moment.
        class_names: The ten names of the data's classes.
    """
    match comment:
        case FirstRight():
            return _first_right(comment, class_names)
        case AllRight():
            after = plural(comment.step, "batch")
            return f"All {comment.of} {_noun(class_names)}s right, for the first time after {after}."
        case AccuracyReached():
            return (
                f"{percent(comment.accuracy)} after epoch {comment.epoch}: from here on, the error rate shows its "
                "progress better."
            )
        case Parted():
            return (
                f"Training and validation part (overfitting): since epoch {comment.lowest_epoch} the training loss "
                f"fell, and the validation loss rose from {comment.lowest:.3f} to {comment.newest:.3f}."
            )
        case Guessing():
            return _guessing(comment, class_names)
        case Diverged():
            usual = (
                f"; its optimizer's usual rate is {comment.usual_rate:g}" if comment.rate > comment.usual_rate else ""
            )
            return f"A learning rate of {comment.rate:g} was too high for this network{usual}."
        case Learned():
            return _learned(comment, class_names)


def most_confused_in_words(comment: MostConfused, class_names: Sequence[str]) -> str:
    """Return the sentence on the two classes that are confused most, as Markdown."""
    names = [escape_markdown(name) for name in class_names]
    first, other = sorted((comment.true, comment.predicted))
    told = _read_as(comment.count, comment.true, comment.predicted, names, class_names)
    if comment.reverse:
        told += f", {_read_as(comment.reverse, comment.predicted, comment.true, names, class_names)}"
    return f"**{names[first]}** and **{names[other]}** are confused most: {told}."


def _first_right(comment: FirstRight, class_names: Sequence[str]) -> str:
    after = f"after {plural(comment.step, 'batch')}"
    by_chance = f"Guessing gets about {comment.of / CLASSES:g} of {comment.of}."
    noun = _noun(class_names)
    if comment.right == 1:
        return f"The first {noun} right, {after}: {escape_markdown(class_names[comment.label])}. {by_chance}"
    return f"The first {noun}s right, {after}: {comment.right} of {comment.of}. {by_chance}"


def _guessing(comment: Guessing, class_names: Sequence[str]) -> str:
    says = "it is no better than guessing"
    if comment.answer is not None:
        says = f"it answers {escape_markdown(class_names[comment.answer])} to all {_noun(class_names)}s below"
    cause = f" The rate of {comment.rate:g} was most likely too high." if comment.rate is not None else ""
    return (
        f"After epoch {comment.epoch} {says}. Its loss is {_loss(comment.loss)}; guessing gives "
        f"{comment.guessing_loss:.3f}.{cause}"
    )


def _learned(comment: Learned, class_names: Sequence[str]) -> str:
    learned = (
        f"It reads {percent(comment.accuracy)} of {_noun(class_names)}s that it never learned from; guessing gets "
        f"{comment.guessing:.0%}."
    )
    if comment.earlier is None or comment.verdict is None:
        return learned
    other = f"your best before, {escape_markdown(comment.earlier.name)} ({percent(comment.earlier.accuracy)})"
    match comment.verdict:
        case Verdict.BETTER:
            return f"{learned} Better than {other}."
        case Verdict.WORSE:
            return f"{learned} Behind {other}."
        case Verdict.ALIKE:
            return f"{learned} Within chance of {other}."


def _read_as(count: int, true: int, predicted: int, names: Sequence[str], class_names: Sequence[str]) -> str:
    if _noun(class_names) == "digit":
        what = plural(count, _DIGITS_AS_WORDS[true])
    else:
        what = f"{plural(count, 'image')} of {names[true]}"
    return f"{what} read as {names[predicted]}"


def _noun(class_names: Sequence[str]) -> str:
    return "digit" if tuple(class_names) == DIGIT_CLASS_NAMES else "image"


def _loss(loss: float) -> str:
    return f"{loss:.3f}" if loss < _HUGE else f"{loss:,.0f}"
