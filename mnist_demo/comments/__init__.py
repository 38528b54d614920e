"""What the lab says about a run or a confusion matrix: at most one comment, and only what the figures bear out."""

from mnist_demo.comments.comment import (
    AccuracyReached,
    AllRight,
    Comment,
    Diverged,
    Earlier,
    FirstRight,
    Guessing,
    Learned,
    NextStep,
    Parted,
    Verdict,
)
from mnist_demo.comments.confused import MostConfused, most_confused
from mnist_demo.comments.training import comment_on

__all__ = [
    "AccuracyReached",
    "AllRight",
    "Comment",
    "Diverged",
    "Earlier",
    "FirstRight",
    "Guessing",
    "Learned",
    "MostConfused",
    "NextStep",
    "Parted",
    "Verdict",
    "comment_on",
    "most_confused",
]
