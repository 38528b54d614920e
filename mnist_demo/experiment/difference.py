"""What tells experiments apart, in words: a run from the preset that it began with, and runs from each other."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from mnist_demo import fields
from mnist_demo.experiment import Experiment
from mnist_demo.experiment.settings import TrainingSettings
from mnist_demo.network import Layer

NOTHING = "–"
"""Shown where an experiment has no such layer."""

CHANGED, BEGUN_FROM = ", changed", "Begun from the preset {}."
"""What the name of an experiment ends with that is its preset no more, and its description."""

_SETTINGS = {fields.label(name): name for name in fields.field_specs(TrainingSettings)}


@dataclass(frozen=True)
class Change:
    """One thing that is different: what it is, and how it was and is; nothing where it was not or is not.

    Attributes:
        field: The name of the layer's field that changed; empty for a setting and for a layer as a whole.
        layer: The place of that layer after the change, from 1; 0 for everything else.
    """

    what: str
    before: str | None
    after: str | None
    field: str = ""
    layer: int = 0

    @property
    def is_of_layer(self) -> bool:
        """Whether a layer was changed, added or removed, and not a setting."""
        return bool(self.field) or self.before is None or self.after is None

    @property
    def words(self) -> str:
        """The change as a person says it: 'Epochs 5 → 10', 'Dropout 0.5 added'."""
        if self.before is None:
            return f"{self.after} added"
        if self.after is None:
            return f"{self.before} removed"
        return f"{self.what} {self.before} → {self.after}"


def changes(before: Experiment, after: Experiment) -> tuple[Change, ...]:
    """List the changes from one experiment to another, names and descriptions aside."""
    return (
        *_layer_changes(before.network.layers, after.network.layers),
        *(
            Change(name, old, new)
            for (name, old), new in zip(_settings(before).items(), _settings(after).values(), strict=True)
            if old != new and _counts(name, (before, after))
        ),
    )


def in_words(changed: Iterable[Change]) -> str:
    """Write changes in one line."""
    return ", ".join(each.words for each in changed)


def nearest_preset(experiment: Experiment, presets: Mapping[str, Experiment]) -> tuple[str, tuple[Change, ...]] | None:
    """Find the preset that an experiment most likely began with, and the changes since.

    Its name or description says so ("fast, changed", "Begun from the preset fast."); otherwise it is the preset with
    the same layers and the fewest changes.

    Returns:
        The preset's name and the changes; None for a network of its own.
    """
    said = begun_from(experiment, presets)
    candidates = said or [
        name for name, preset in presets.items() if preset.network.layers == experiment.network.layers
    ]
    found = [(name, changes(presets[name], experiment)) for name in candidates]
    return min(found, key=lambda each: len(each[1]), default=None)


def differing_settings(experiments: Sequence[Experiment]) -> dict[str, tuple[str, ...]]:
    """List the settings in which experiments differ: the values of all experiments by name, networks layer by layer."""
    settings = [_settings(each) for each in experiments]
    depth = max((len(each.network.layers) for each in experiments), default=0)
    rows = {f"Layer {place + 1}": _layers(experiments, place) for place in range(depth)}
    for name in settings[0] if settings else ():
        if _counts(name, experiments):
            rows[name] = tuple(each[name] for each in settings)
    return {name: row for name, row in rows.items() if len(set(row)) > 1}


def begun_from(experiment: Experiment, presets: Iterable[str]) -> list[str]:
    """Return the presets that an experiment says it was begun from, by its name or its description."""
    return [
        preset
        for preset in presets
        if experiment.name in (preset, preset + CHANGED) or experiment.about == BEGUN_FROM.format(preset)
    ]


def _settings(experiment: Experiment) -> dict[str, str]:
    """Return all settings but the layers and the names, as a person reads them."""
    training = experiment.training
    owners: tuple[Any, ...] = (experiment.network, training, training.augmentation)
    settings = {
        fields.label(name): _shown(getattr(owner, name)) for owner in owners for name in fields.field_specs(owner)
    }
    return {**settings, "Seed": f"{experiment.seed}", "Data": _data(experiment)}


def _data(experiment: Experiment) -> str:
    # The digest distinguishes two data sets of one name.
    data = experiment.data
    return data.name if data.is_mnist else f"{data.name} ({data.digest[:6]})"


def _counts(label: str, experiments: Iterable[Experiment]) -> bool:
    # A setting that no optimizer here looks at makes no difference.
    return any(each.training.uses(_SETTINGS.get(label, label)) for each in experiments)


def _layers(experiments: Sequence[Experiment], place: int) -> tuple[str, ...]:
    """Describe the layer of each experiment at a place, with the fields in which layers that look alike differ."""
    found = [each.network.layers[place] if place < len(each.network.layers) else None for each in experiments]
    lines = [NOTHING if layer is None else layer.summary() for layer in found]
    alike = [[other for other, text in zip(found, lines, strict=True) if text == line] for line in lines]
    return tuple(
        line if layer is None else _line(line, layer, [other for other in others if other is not None])
        for line, layer, others in zip(lines, found, alike, strict=True)
    )


def _line(line: str, layer: Layer, alike: Sequence[Layer]) -> str:
    own = {field.name: getattr(layer, field.name) for field in dataclasses.fields(layer)}
    telling = [name for name, value in own.items() if any(getattr(other, name) != value for other in alike)]
    return " · ".join([line, *(f"{name.replace('_', ' ')} {_shown(own[name])}" for name in telling)])


def _layer_changes(before: Sequence[Layer], after: Sequence[Layer]) -> list[Change]:
    # Layers are aligned by kind, so that another width is a change of a layer, not a removal and an addition.
    kinds = SequenceMatcher(None, [type(each) for each in before], [type(each) for each in after], autojunk=False)
    found: list[Change] = []
    for tag, start, end, new_start, new_end in kinds.get_opcodes():
        old, new = before[start:end], after[new_start:new_end]
        if tag == "equal":
            for place, (one, other) in enumerate(zip(old, new, strict=True), start=new_start + 1):
                found += _field_changes(place, one, other)
        else:
            found += [Change("", each.summary(), None) for each in old]
            found += [Change("", None, each.summary()) for each in new]
    return found


def _field_changes(place: int, before: Layer, after: Layer) -> list[Change]:
    return [
        Change(
            f"{before.type_name} in layer {place}: {field.name.replace('_', ' ')}",
            _shown(old),
            _shown(new),
            field.name,
            place,
        )
        for field in dataclasses.fields(before)
        if (old := getattr(before, field.name)) != (new := getattr(after, field.name))
    ]


def _shown(value: object) -> str:
    match value:
        case None:
            return "none"
        case StrEnum():
            return value.replace("_", " ")
        case int():
            return f"{value:,}"
        case float():
            return f"{value:g}"
        case _:
            return str(value)
