"""Short names of experiments by what makes them different: 'codelab · RMSprop', 'codelab · no pooling'."""

from collections import Counter
from collections.abc import Mapping, Sequence

from mnist_demo import fields
from mnist_demo.experiment.difference import CHANGED, Change, changes, nearest_preset
from mnist_demo.experiment.experiment import UNNAMED, Experiment
from mnist_demo.experiment.settings import Optimizer
from mnist_demo.network import (
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
)

LONGEST = 60
"""Most characters of a short name: as many as a visitor's own name may have."""

_MOST = 2  # differences in a name
_LONGEST_DIFFERENCE = 24

_OPTIMIZERS = {
    Optimizer.SGD: "SGD",
    Optimizer.RMSPROP: "RMSprop",
    Optimizer.ADAM: "Adam",
    Optimizer.ADAMW: "AdamW",
}
_SETTINGS = {
    "Learning rate": "rate {}",
    "Batch size": "batch {}",
    "Training images": "{} images",
    "Validation images": "{} validation images",
    "Target accuracy": "target {}",
}
"""How a setting is written shorter than by its label and its value."""

_FAMILIES: Mapping[str, tuple[type[Layer], ...]] = {
    "convolution": (Conv2D, DepthwiseConv2D),
    "pooling": (MaxPooling2D, AveragePooling2D, GlobalAveragePooling2D),
    "batch normalization": (BatchNormalization,),
    "dropout": (Dropout,),
    "dense layer": (Dense,),
}
"""The layers that are counted together. Other layers follow from these, such as Flatten, or are named as they are."""

_KINDS: Mapping[type[Layer], str] = {
    Conv2D: "full convolution",
    DepthwiseConv2D: "depthwise convolution",
    MaxPooling2D: "max pooling",
    AveragePooling2D: "average pooling",
    GlobalAveragePooling2D: "global pooling",
}
_FIELDS = {
    "kernel_size": "kernel {0}×{0}",
    "pool_size": "pooling {0}×{0}",
    "strides": "stride {0}",
    "padding": "{0} padding",
    "filters": "{0} filters",
    "units": "{0} units",
    "rate": "dropout {0}",
    "l2": "L2 {0}",
    "activation": "{0}",
    "kernel_initializer": "{0}",
}
"""How a changed field of a layer is written."""


def short_name(experiment: Experiment, presets: Mapping[str, Experiment]) -> str:
    """Return the name that a visitor typed; without one, the nearest preset and the main differences from it.

    Args:
        experiment: Any experiment.
        presets: The presets by name.

    Returns:
        At most `LONGEST` characters.
    """
    if is_named(experiment, presets) or (nearest := nearest_preset(experiment, presets)) is None:
        return experiment.name
    name = nearest[0]
    told = [_cut(each) for each in short_differences(presets[name], experiment)]
    most = _MOST
    while len(written := _written(name, told, most)) > LONGEST:
        most -= 1
    return written


def full_name(experiment: Experiment, presets: Mapping[str, Experiment]) -> str | None:
    """Return the nearest preset and all differences from it; None for a network of its own."""
    if (nearest := nearest_preset(experiment, presets)) is None:
        return None
    return _written(nearest[0], short_differences(presets[nearest[0]], experiment))


def is_named(experiment: Experiment, presets: Mapping[str, Experiment]) -> bool:
    """Return whether somebody gave the experiment its name; otherwise the name is a preset's or the default."""
    name = experiment.name.strip()
    return name not in ("", UNNAMED) and name.removesuffix(CHANGED) not in presets


def short_differences(before: Experiment, after: Experiment) -> list[str]:
    """Return the differences of an experiment from another in a few words each: its data, its layers, its settings."""
    changed = changes(before, after)
    settings = [each for each in changed if not each.is_of_layer]
    data = [] if after.data == before.data else [after.data.name]
    return [*data, *_layers(before, after, changed), *_settings(before, after, settings)]


def _written(name: str, told: Sequence[str], most: int | None = None) -> str:
    shown = list(told[:most])
    if more := len(told) - len(shown):
        shown.append(f"+{more} more")
    return f"{name} · {', '.join(shown)}" if shown else name


def _cut(difference: str) -> str:
    return difference if len(difference) <= _LONGEST_DIFFERENCE else difference[: _LONGEST_DIFFERENCE - 1] + "…"


def _settings(before: Experiment, after: Experiment, changed: Sequence[Change]) -> list[str]:
    varied = {fields.label(name) for name in fields.field_specs(after.training.augmentation)}
    # One phrase says that nothing is varied any more.
    plain = before.training.augmentation.is_active and not after.training.augmentation.is_active
    told = [
        _setting(each, after)
        for each in changed
        if each.what != "Data" and not (plain and each.what in varied) and not _follows_from_data(each, before, after)
    ]
    return [*told, "no augmentation"] if plain else told


def _follows_from_data(change: Change, before: Experiment, after: Experiment) -> bool:
    # Other data often has fewer images than a preset asks for.
    return after.data != before.data and change.what == "Validation images"


def _setting(change: Change, after: Experiment) -> str:
    if change.what == "Optimizer":
        return _OPTIMIZERS[after.training.optimizer]
    if change.what == "Schedule":
        return f"{change.after} rate"
    if change.what in _SETTINGS:
        return _SETTINGS[change.what].format(change.after)
    if change.what == "Epochs":
        return f"{change.after} epoch{'' if change.after == '1' else 's'}"
    label = change.what if change.what.startswith("L2") else change.what[0].lower() + change.what[1:]
    return f"no {label}" if change.after in ("0", "none") else f"{label} {change.after}"


def _layers(before: Experiment, after: Experiment, changed: Sequence[Change]) -> list[str]:
    old, new = before.network.layers, after.network.layers
    told = [words for name, kinds in _FAMILIES.items() if (words := _family(name, kinds, old, new))]
    told += _changed_fields([each for each in changed if each.field], new)
    if not told and old != new:
        # The counts are equal, so layers have moved, or small ones such as Activation came or went.
        told = ["other layers"]
    return list(dict.fromkeys(told))


def _family(name: str, kinds: tuple[type[Layer], ...], old: Sequence[Layer], new: Sequence[Layer]) -> str | None:
    """Return how the layers of a family differ in number or kind; None when they do not."""
    earlier, later = ([layer for layer in layers if isinstance(layer, kinds)] for layers in (old, new))
    if not later and earlier:
        return f"no {name}s" if name == "convolution" else f"no {name}"
    if len(later) != len(earlier):
        if len(later) == 1:
            return _only(name, later[0])
        countable = name.endswith(("convolution", "layer"))
        return f"{len(later)} {name}s" if countable else f"{len(later)}× {name}"
    surplus = Counter(map(type, later)) - Counter(map(type, earlier))
    return next((_KINDS[kind] for kind in surplus if kind in _KINDS), None)


def _only(name: str, layer: Layer) -> str:
    match layer:
        case Dropout():
            return f"dropout {layer.rate:g}"
        case BatchNormalization():
            return name
        case _:
            return f"1 {name}"


def _changed_fields(changed: Sequence[Change], layers: Sequence[Layer]) -> list[str]:
    told: list[str] = []
    for change in changed:
        kind = type(layers[change.layer - 1])
        alike = [each for each in changed if (each.field, each.after) == (change.field, change.after)]
        having = [layer for layer in layers if change.field in fields.field_specs(layer)]
        words = _field(change)
        # A place is named where the other layers with this field stay as they are.
        told.append(words if len(alike) == len(having) or kind is Dropout else f"{words} in layer {change.layer}")
    return told


def _field(change: Change) -> str:
    if change.field == "activation" and change.after == "linear":
        return "no activation"
    if change.field == "l2" and change.after == "0":
        return "no L2"
    return _FIELDS.get(change.field, change.field.replace("_", " ") + " {0}").format(change.after)
