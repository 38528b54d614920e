"""Conditions that the lab checks by itself: 'finished codelab', 'accuracy > 98% and gap < 1%'."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mnist_demo.drawing import Step
from mnist_demo.lessons.figures import FIGURES, Situation
from mnist_demo.presets import PRESETS

_COMPARISON = re.compile(
    r"(?P<figure>[a-z_]+) *(?P<operator><=|>=|!=|<|>|=) *(?P<value>-?[0-9][0-9,.]*)(?P<percent>%?)"
)
_OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}

Clause = Callable[[Situation], bool]


class ConditionError(ValueError):
    """A condition that cannot be read; the message says what is accepted."""


@dataclass(frozen=True)
class Condition:
    """Clauses joined by 'and', all of which must hold.

    A clause compares a figure of `FIGURES` with a number, such as `accuracy >= 98%`, or names something that the
    visitor did: `drew`, `refused` (the drawing was), `left out scale` (a step to the network's input), `opened page
    train`, `opened layer 3`, `finished`, or `finished codelab` for a preset.

    Raises:
        ConditionError: On construction, if a clause cannot be read.
    """

    text: str

    def __post_init__(self) -> None:
        self._clauses()

    def holds(self, situation: Situation) -> bool:
        """Tell whether every clause holds; a figure that the visitor does not have yet holds nothing."""
        return all(clause(situation) for clause in self._clauses())

    def _clauses(self) -> list[Clause]:
        return [_clause(text.strip()) for text in self.text.split(" and ")]


def _clause(text: str) -> Clause:
    if comparison := _COMPARISON.fullmatch(text):
        return _compare(comparison)
    match text.split():
        case ["drew"]:
            return lambda situation: situation.has_drawn
        case ["refused"]:
            return lambda situation: situation.drawn is not None and situation.drawn.is_refused
        case ["left", "out", name]:
            if name not in list(Step):
                raise ConditionError(f"{name!r:.60} is no step of a drawing; accepted is one of {', '.join(Step)}")
            return lambda situation: situation.drawn is not None and name in situation.drawn.left_out
        case ["finished"]:
            return lambda situation: situation.is_finished
        case ["finished", name]:
            if name not in PRESETS:
                raise ConditionError(f"{name!r:.60} is no preset; accepted is one of {', '.join(PRESETS)}")
            return lambda situation: name in situation.finished
        case ["opened", "page", name]:
            return lambda situation: situation.page == name
        case ["opened", "layer", number] if re.fullmatch(r"[1-9]\d?", number):
            return lambda situation: situation.open_layer == int(number)
    raise ConditionError(
        f"{text!r:.60} is no condition; accepted are 'drew', 'refused', 'left out STEP', 'finished', 'finished "
        f"PRESET', 'opened page NAME', 'opened layer NUMBER', and a figure compared with a number, such as "
        f"'accuracy > 98%'"
    )


def _compare(comparison: re.Match[str]) -> Clause:
    figure = comparison["figure"]
    if figure not in FIGURES:
        raise ConditionError(f"{figure!r:.60} is no figure; accepted is one of {', '.join(FIGURES)}")
    try:
        limit = float(comparison["value"].replace(",", "")) / (100 if comparison["percent"] else 1)
    except ValueError:
        raise ConditionError(f"{comparison['value']!r:.60} is no number") from None
    compare = _OPERATORS[comparison["operator"]]

    def holds(situation: Situation) -> bool:
        value = situation.figure(figure)
        return value is not None and compare(value, limit)

    return holds
