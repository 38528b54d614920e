"""The differences of experiments: every setting that matters, in words, and no other."""

import dataclasses

import pytest

from mnist_demo.experiment import DataReference, Experiment
from mnist_demo.experiment.augmentation import Augmentation
from mnist_demo.experiment.difference import changes, differing_settings, in_words, nearest_preset
from mnist_demo.experiment.settings import Optimizer
from mnist_demo.network import Conv2D, Dense, Dropout, Flatten, Initializer, Network
from mnist_demo.presets import PRESETS

CODELAB, FAST = PRESETS["codelab"], PRESETS["fast"]


def trained(experiment: Experiment, **settings: object) -> Experiment:
    return dataclasses.replace(experiment, training=dataclasses.replace(experiment.training, **settings))  # type: ignore[arg-type]


def network(*layers: Conv2D | Flatten | Dense | Dropout) -> Experiment:
    return Experiment(network=Network(layers=layers))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (dataclasses.replace(CODELAB, name="another", about="name"), ""),
        (trained(CODELAB, epochs=12), "Epochs 10 → 12"),
        (trained(CODELAB, learning_rate=0.01, epochs=2), "Learning rate 0.001 → 0.01, Epochs 10 → 2"),
        (trained(CODELAB, augmentation=Augmentation(rotation=10)), "Rotation 0 → 10"),
        (dataclasses.replace(CODELAB, seed=7), "Seed 0 → 7"),
        (dataclasses.replace(CODELAB, data=DataReference("kana", "ab" * 32)), "Data MNIST → kana (ababab)"),
        # Momentum matters only if one of the two experiments uses SGD.
        (trained(CODELAB, momentum=0.5), ""),
        (trained(CODELAB, optimizer=Optimizer.SGD, momentum=0.5), "Optimizer adam → sgd, Momentum 0.9 → 0.5"),
    ],
)
def test_a_change_is_said_in_words(changed: Experiment, words: str) -> None:
    assert in_words(changes(CODELAB, changed)) == words


def test_layers_are_aligned() -> None:
    before = network(Conv2D(8, 5), Flatten(), Dense(32))
    after = network(Conv2D(8, 3, kernel_initializer=Initializer.HE_NORMAL), Flatten(), Dropout(0.5), Dense(32))
    assert in_words(changes(before, after)) == (
        "Conv2D in layer 1: kernel size 5 → 3, "
        "Conv2D in layer 1: kernel initializer glorot uniform → he normal, "
        "Dropout 0.5 added"
    )
    assert in_words(changes(after, network(Flatten(), Dense(32)))) == ("Conv2D 8 · 3×3 removed, Dropout 0.5 removed")


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_its_own_nearest(name: str) -> None:
    assert nearest_preset(PRESETS[name], PRESETS) == (name, ())
    # With fewer images and another name, the preset is still found by its layers.
    renamed = trained(dataclasses.replace(PRESETS[name], name="mine", about=""), train_images=4_000)
    found = nearest_preset(renamed, PRESETS)
    assert found is not None
    assert found[0] == name
    assert [change.what for change in found[1]] == ["Training images"]


def test_the_name_and_the_text_of_an_experiment_tell_its_preset() -> None:
    layers = network(Flatten(), Dense(32))
    assert nearest_preset(layers, PRESETS) is None
    found = nearest_preset(dataclasses.replace(layers, name="fast, changed"), PRESETS)
    assert found is not None
    assert found[0] == "fast"
    found = nearest_preset(dataclasses.replace(layers, about="Begun from the preset tiny."), PRESETS)
    assert found is not None
    assert found[0] == "tiny"


def test_the_table_has_differences_only() -> None:
    table = differing_settings([CODELAB, PRESETS["dense"], trained(CODELAB, epochs=3)])
    assert table["Epochs"] == ("10", "10", "3")
    assert table["Layer 1"] == ("Conv2D 8 · 5×5 · relu", "AveragePooling2D 2×2", "Conv2D 8 · 5×5 · relu")
    assert table["Layer 5"] == ("Flatten", "–", "Flatten")
    assert set(table) == {"Layer 1", "Layer 2", "Layer 3", "Layer 4", "Layer 5", "Epochs"}
    assert differing_settings([FAST, FAST]) == {}
    assert differing_settings([]) == {}


def test_layers_of_equal_summaries_show_the_field_that_differs() -> None:
    one, other = network(Flatten(), Dense(8)), network(Flatten(), Dense(8, kernel_initializer=Initializer.HE_NORMAL))
    assert differing_settings([one, other]) == {
        "Layer 2": ("Dense 8 · kernel initializer glorot uniform", "Dense 8 · kernel initializer he normal")
    }
