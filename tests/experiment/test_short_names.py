"""The short names of experiments: what makes them different, in few words."""

import dataclasses

import pytest

from mnist_demo.experiment import DataReference, Experiment
from mnist_demo.experiment.augmentation import Augmentation
from mnist_demo.experiment.difference import BEGUN_FROM
from mnist_demo.experiment.settings import Optimizer, Schedule, TrainingSettings
from mnist_demo.experiment.short_names import LONGEST, full_name
from mnist_demo.network import AveragePooling2D, Conv2D, Dense, Dropout, Flatten, Layer, MaxPooling2D, Network
from mnist_demo.presets import PRESETS, shown_name

CODELAB, FAST = PRESETS["codelab"], PRESETS["fast"]
FIRST, POOLING, SECOND, _, FLATTEN = CODELAB.network.layers
assert isinstance(FIRST, Conv2D)
LETTERS = DataReference("My letters", "ab" * 32)


def trained(experiment: Experiment, **settings: object) -> Experiment:
    """Return a changed experiment, named as the page Design names it."""
    training = dataclasses.replace(experiment.training, **settings)  # type: ignore[arg-type]
    return dataclasses.replace(experiment, name=f"{experiment.name}, changed", training=training)


def layered(*layers: Layer) -> Experiment:
    network = dataclasses.replace(CODELAB.network, layers=layers)
    return dataclasses.replace(CODELAB, name="codelab, changed", network=network)


@pytest.mark.parametrize(
    ("experiment", "name"),
    [
        *((preset, name) for name, preset in PRESETS.items()),
        (trained(CODELAB, optimizer=Optimizer.RMSPROP), "codelab · RMSprop"),
        (trained(CODELAB, optimizer=Optimizer.SGD, learning_rate=0.1), "codelab · SGD, rate 0.1"),
        (trained(CODELAB, train_images=500), "codelab · 500 images"),
        (trained(CODELAB, epochs=1), "codelab · 1 epoch"),
        (trained(CODELAB, schedule=Schedule.ONE_CYCLE, batch_size=64), "codelab · one cycle rate, batch 64"),
        (trained(CODELAB, augmentation=Augmentation(rotation=10)), "codelab · rotation 10"),
        (trained(PRESETS["accurate"], augmentation=Augmentation()), "accurate · no augmentation"),
        (dataclasses.replace(CODELAB, seed=7), "codelab · seed 7"),
        (
            trained(CODELAB, optimizer=Optimizer.SGD, learning_rate=0.1, epochs=3, train_images=500),
            "codelab · SGD, rate 0.1, +2 more",
        ),
        (layered(FIRST, SECOND, FLATTEN), "codelab · no pooling"),
        (layered(FLATTEN, Dense(64)), "codelab · no convolutions, no pooling, +1 more"),
        (layered(FIRST, POOLING, SECOND, FLATTEN), "codelab · 1 pooling"),
        (layered(FIRST, POOLING, SECOND, POOLING, FLATTEN, Dropout(0.4)), "codelab · dropout 0.4"),
        (layered(FIRST, POOLING, SECOND, SECOND, POOLING, FLATTEN), "codelab · 3 convolutions"),
        (layered(FIRST, AveragePooling2D(), SECOND, AveragePooling2D(), FLATTEN), "codelab · average pooling"),
        (
            layered(FIRST, MaxPooling2D(3), SECOND, MaxPooling2D(3), FLATTEN),
            "codelab · pooling 3×3",
        ),
        (
            layered(dataclasses.replace(FIRST, filters=32), POOLING, SECOND, POOLING, FLATTEN),
            "codelab · 32 filters in layer 1",
        ),
        # Other data often has fewer validation images, which is no choice of the visitor.
        (dataclasses.replace(FAST, data=LETTERS).on_data(LETTERS, 60_000, 40), "fast · My letters"),
        (dataclasses.replace(FAST, data=LETTERS).on_data(LETTERS, 400, 40), "fast · My letters, 400 images"),
    ],
)
def test_a_name_says_what_makes_an_experiment_different(experiment: Experiment, name: str) -> None:
    assert shown_name(experiment) == name


def test_a_typed_name_stays() -> None:
    typed = dataclasses.replace(trained(CODELAB, epochs=3), name="my try", about=BEGUN_FROM.format("codelab"))
    assert shown_name(typed) == "my try"
    assert full_name(typed, PRESETS) == "codelab · 3 epochs"


def test_a_network_of_its_own_has_no_preset_in_its_name() -> None:
    own = Experiment(network=Network(layers=(Flatten(), Dense(16))))
    assert shown_name(own) == "My network"
    assert full_name(own, PRESETS) is None


def test_a_name_is_bounded_and_its_long_form_tells_all() -> None:
    training = TrainingSettings(
        optimizer=Optimizer.ADAMW, schedule=Schedule.COSINE, learning_rate=0.123456, epochs=99, train_images=99_999
    )
    reference = DataReference("A very long name of a folder of letters by all of my pupils", "cd" * 32)
    long = dataclasses.replace(PRESETS["mnist_convnet"], training=training, data=reference)
    assert shown_name(long) == "mnist_convnet · A very long name of a f…, AdamW, +4 more"
    assert len(shown_name(long)) <= LONGEST
    full = full_name(long, PRESETS)
    assert full == f"mnist_convnet · {reference.name}, AdamW, rate 0.123456, cosine rate, 99 epochs, 99,999 images"
