"""The draft of the page Design, which the current experiment follows as soon as the draft is accepted."""

import dataclasses
from typing import Any

import streamlit as st

from mnist_demo import fields
from mnist_demo.app.design import edit_history, editors
from mnist_demo.app.session import current, datasets
from mnist_demo.experiment import Experiment
from mnist_demo.experiment.difference import BEGUN_FROM, CHANGED
from mnist_demo.experiment.settings import USUAL_LEARNING_RATES
from mnist_demo.network import Layer
from mnist_demo.network.draft import Draft
from mnist_demo.presets import EMPTY, PRESETS

_DRAFT = "design_draft"
_SOURCE = "design_source"
_OPTIMIZER = "design_new_optimizer"

EMPTY_PRESET = "empty"
"""The name under which `EMPTY` is chosen beside the presets."""


def draft() -> Draft:
    """Return the edited network; the draft begins anew when another page or a preset changed the experiment."""
    current_network = current.experiment().network
    if _DRAFT not in st.session_state or st.session_state.get(_SOURCE) != current_network:
        edit_history.forget()
        _begin(current.experiment())
    drafted: Draft = st.session_state[_DRAFT]
    return drafted


def refusal() -> str | None:
    """Return why the current experiment does not follow the draft, in one sentence; None when it follows."""
    drafted, experiment = draft(), current.experiment()
    if drafted.is_of(experiment.network):
        return None
    try:
        dataclasses.replace(experiment, network=drafted.network())
    except ValueError as refused:
        return str(refused)
    return None


def set_draft(changed: Draft) -> None:
    """Replace the draft, and update the current experiment if the network accepts the training settings."""
    if changed == draft():
        return
    _remember()
    st.session_state[_DRAFT] = changed
    _follow()


def add_layer(layer: Layer, place: int | None) -> int:
    """Add a layer and return its identity; without a place, the layer goes where it most likely belongs.

    Raises:
        ValueError: If no further layer is allowed.
    """
    drafted = draft()
    set_draft(drafted.add(layer, place))
    return drafted.next_id


def change_layer(layer_id: int, name: str, value: object) -> None:
    """Set a field of a layer.

    Raises:
        ValueError: If the value is not accepted, or the layer no longer exists.
    """
    drafted = draft()
    set_draft(drafted.change(layer_id, _replaced(drafted.layer(layer_id), name, value)))


def change_output(name: str, value: object) -> None:
    """Set a field of the final layer, Dense 10.

    Raises:
        ValueError: If the value is not accepted.
    """
    set_draft(_replaced(draft(), name, value))


def change_training(name: str, value: object) -> None:
    """Set a field of the training settings.

    Raises:
        ValueError: If the value is not accepted, by itself or with the number of images in the data.
    """
    experiment = current.experiment()
    _check_available(experiment, name, value)
    changed = dataclasses.replace(experiment, training=_replaced(experiment.training, name, value))
    _remember()
    _put(changed)
    if name == "optimizer":
        st.session_state[_OPTIMIZER] = changed.training.optimizer
    elif name == "learning_rate":
        dismiss_rate()


def proposed_rate() -> float | None:
    """Return the usual learning rate of an optimizer that was just chosen; None if the rate is the usual one already.

    The proposal lasts until the rate is changed, another experiment is chosen, or the visitor dismisses it.
    """
    training = current.experiment().training
    usual = USUAL_LEARNING_RATES[training.optimizer]
    was_chosen = st.session_state.get(_OPTIMIZER) is training.optimizer
    return usual if was_chosen and training.learning_rate != usual else None


def accept_rate(rate: float) -> None:
    """Set the proposed learning rate."""
    change_training("learning_rate", rate)
    editors.forget()


def dismiss_rate() -> None:
    """Keep the learning rate as it is, and propose no other one."""
    st.session_state.pop(_OPTIMIZER, None)


def change_augmentation(name: str, value: object) -> None:
    """Set a field of the augmentation.

    Raises:
        ValueError: If the value is not accepted.
    """
    experiment = current.experiment()
    varied = _replaced(experiment.training.augmentation, name, value)
    training = dataclasses.replace(experiment.training, augmentation=varied)
    _remember()
    _put(dataclasses.replace(experiment, training=training))


def change_experiment(name: str, value: object) -> None:
    """Set the name or the seed of the experiment.

    Raises:
        ValueError: If the value is not accepted.
    """
    changed = _replaced(current.experiment(), name, value)
    _remember()
    if name == "name":
        current.set_experiment(changed)
        return
    _put(changed)


def choose_preset(name: str) -> None:
    """Make a preset, or the empty network, the current experiment, on the data of the previous experiment."""
    if preset := (EMPTY if name == EMPTY_PRESET else PRESETS.get(name)):
        _remember()
        dismiss_rate()
        current.set_experiment(datasets.fit(preset, current.experiment().data))
        start_again()


def is_empty() -> bool:
    """Return whether the draft has no layer yet that a visitor added."""
    return draft().layers == EMPTY.network.layers


def undo() -> None:
    """Return to the experiment and the draft before the last edit."""
    if (before := edit_history.pop()) is None:
        return
    current.set_experiment(before.experiment)
    # No identity is ever used twice, so that no widget inherits another layer's value.
    next_id = max(before.draft.next_id, draft().next_id)
    st.session_state[_DRAFT] = dataclasses.replace(before.draft, next_id=next_id)
    st.session_state[_SOURCE] = before.experiment.network
    dismiss_rate()
    editors.forget()


def start_again() -> None:
    """Discard the draft and begin anew with the current experiment."""
    _begin(current.experiment())
    editors.forget()


def preset_of(experiment: Experiment) -> str | None:
    """Return the preset that an experiment equals, its name and data aside; None when no preset is equal."""
    for name, preset in (*PRESETS.items(), (EMPTY_PRESET, EMPTY)):
        if preset.network != experiment.network:
            continue
        fitted = datasets.fit(preset, experiment.data)
        if dataclasses.replace(experiment, name=fitted.name, about=fitted.about) == fitted:
            return name
    return None


def _begin(experiment: Experiment) -> None:
    # Identities continue from the last draft's, so that no widget inherits another layer's value.
    before: Draft | None = st.session_state.get(_DRAFT)
    st.session_state[_DRAFT] = Draft.of(experiment.network, before.next_id if before else 0)
    st.session_state[_SOURCE] = experiment.network


def _remember() -> None:
    edit_history.push(current.experiment(), draft())


def _follow() -> None:
    drafted, experiment = st.session_state[_DRAFT], current.experiment()
    if drafted.is_of(experiment.network):
        return
    try:
        _put(dataclasses.replace(experiment, network=drafted.network()))
    except ValueError:
        # `refusal` says why the draft is not accepted.
        return


def _put(changed: Experiment) -> None:
    """Make a changed experiment the current one, then apply the draft if its network is accepted now."""
    st.session_state[_SOURCE] = changed.network
    current.set_experiment(_named(changed))
    if not st.session_state[_DRAFT].is_of(changed.network):
        _follow()


def _named(experiment: Experiment) -> Experiment:
    """Return the experiment, renamed if its name is that of a preset from which it differs."""
    if (preset := preset_of(experiment)) in PRESETS:
        return dataclasses.replace(experiment, name=preset, about=PRESETS[preset].about)
    if experiment.name in PRESETS:
        about = BEGUN_FROM.format(experiment.name)
        return dataclasses.replace(experiment, name=experiment.name + CHANGED, about=about)
    return experiment


def _check_available(experiment: Experiment, name: str, value: object) -> None:
    images = datasets.load(experiment.data)
    available = {"train_images": len(images.train.labels), "validation_images": len(images.validation.labels)}
    if name in available and isinstance(value, int | float) and value > available[name]:
        raise fields.FieldError(
            f"{fields.label(name)}: {value:,} are asked for, and {images.name} has {available[name]:,}."
        )


def _replaced(spec: Any, name: str, value: object) -> Any:
    return dataclasses.replace(spec, **{name: value})
