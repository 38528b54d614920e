"""A lesson: steps with words, something to do, and a question that the visitor's own figures answer."""

import re
from dataclasses import dataclass

from mnist_demo.language import Language
from mnist_demo.lessons.conditions import Condition
from mnist_demo.lessons.figures import FIGURES, Situation
from mnist_demo.presets import PRESETS

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_FIGURE = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class Answer:
    """One answer that a visitor can predict, and when it is the right one."""

    text: str
    condition: Condition


@dataclass(frozen=True)
class Question:
    """A question whose answer the visitor predicts before the figures are there.

    Attributes:
        text: The question.
        answers: At least two.
        after: The words shown with the figures; they may name figures in braces.
    """

    text: str
    answers: tuple[Answer, ...]
    after: str

    def __post_init__(self) -> None:
        if len(self.answers) < 2:
            raise ValueError(f"the question has {len(self.answers)} answers; accepted are two or more")

    def right(self, situation: Situation) -> int | None:
        """Return the place of the answer that the visitor's figures bear out; None while they bear out none."""
        held = (place for place, answer in enumerate(self.answers) if answer.condition.holds(situation))
        return next(held, None)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a lesson.

    Attributes:
        title: A few words.
        page: The name of the page that the step belongs to.
        words: Markdown without HTML; figures in braces are filled in by `told`.
        preset: The preset that one press makes the current experiment; None for none.
        task: The visitor's task; None for no task.
        done: The condition under which the task is done; set if and only if there is a task.
        question: None for none.
    """

    title: str
    page: str
    words: str
    preset: str | None = None
    task: str | None = None
    done: Condition | None = None
    question: Question | None = None

    def __post_init__(self) -> None:
        if self.preset is not None and self.preset not in PRESETS:
            raise ValueError(f"preset is {self.preset!r:.60}; accepted is one of {', '.join(PRESETS)}")
        if (self.task is None) != (self.done is None):
            raise ValueError("a step has both 'do' and 'done', or neither")

    def told(self, situation: Situation) -> str:
        """Return the words with the visitor's figures; '…' stands for a figure that is not there yet."""
        return fill_in(self.words, situation)


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """A lesson in one language.

    Attributes:
        name: Lower-case letters, digits, - and _: part of an address.
        language: The language that it is written in.
        title: A few words.
        minutes: How long it takes, 1 to 120.
        learn: What the visitor will know, a sentence each.
        steps: At least one.

    Raises:
        ValueError: On construction, if a field is not accepted.
    """

    name: str
    language: Language
    title: str
    minutes: int
    learn: tuple[str, ...]
    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"the name is {self.name!r:.60}; accepted are up to 40 of a-z, 0-9, - and _")
        if not 1 <= self.minutes <= 120:
            raise ValueError(f"minutes is {self.minutes}; accepted is 1 to 120")
        if not self.learn:
            raise ValueError("nothing is to be learned; accepted is at least one line 'learn: …'")
        if not self.steps:
            raise ValueError("there is no step; accepted is at least one heading '## …'")


def figures_in(text: str) -> list[str]:
    """Return the names of the figures in braces, in order."""
    return [str(name) for name in _FIGURE.findall(text)]


def fill_in(text: str, situation: Situation) -> str:
    """Replace each figure in braces by the visitor's, or by '…' while there is none."""

    def words(found: re.Match[str]) -> str:
        # Other braces belong to a block of code.
        return (situation.in_words(found[1]) or "…") if found[1] in FIGURES else found[0]

    return _FIGURE.sub(words, text)
