"""Experiments: validation on construction, conversion to JSON and links and back, and hostile links."""

import base64
import dataclasses
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_demo.experiment import MAX_JSON_BYTES, MAX_QUERY_LENGTH, DataReference, Experiment
from mnist_demo.experiment.augmentation import Augmentation
from mnist_demo.experiment.settings import Optimizer, Schedule, TrainingSettings
from mnist_demo.network import Conv2D, Flatten, Network
from mnist_demo.presets import EMPTY, PRESET_CARDS, PRESETS

SETTINGS = st.builds(
    TrainingSettings,
    optimizer=st.sampled_from(Optimizer),
    learning_rate=st.floats(1e-6, 10),
    schedule=st.sampled_from(Schedule),
    batch_size=st.integers(8, 500),
    epochs=st.integers(1, 100),
    train_images=st.integers(100, 100_000),
    augmentation=st.builds(Augmentation, rotation=st.floats(0, 45), shift=st.floats(0, 6), zoom=st.floats(0, 0.4)),
)
EXPERIMENTS = st.builds(
    Experiment,
    network=st.sampled_from([preset.network for preset in PRESETS.values()]),
    training=SETTINGS,
    name=st.text(st.characters(categories=("L", "N")), max_size=60),
    seed=st.integers(0, 2**31 - 1),
    data=st.sampled_from([DataReference(), DataReference("Fashion", "ab" * 32)]),
)


@given(EXPERIMENTS)
def test_an_experiment_survives_json_and_an_address(experiment: Experiment) -> None:
    assert Experiment.from_json(json.loads(json.dumps(experiment.to_json()))) == experiment
    query = experiment.to_query()
    assert len(query) <= MAX_QUERY_LENGTH
    assert set(query) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert Experiment.from_query(query) == experiment


@given(st.text(max_size=300))
def test_any_text_in_an_address_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        Experiment.from_query(text)


def packed(content: bytes) -> str:
    return base64.urlsafe_b64encode(zlib.compress(content, 9)).decode().rstrip("=")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        (packed(b" " * (MAX_JSON_BYTES + 1)), "damaged or cut off"),
        (packed(b"x" * 10_000_000), "longer than|damaged"),
        ("A" * (MAX_QUERY_LENGTH + 1), "longer than 8,000"),
        (packed(b"[" * 60_000), "not valid JSON"),
        (packed(b"[]"), "an object with named fields"),
        (packed(b"{}"), "has no network"),
        (packed(b'{"network": {"layers": []}, "colour": 1}'), "unknown field 'colour'"),
        (packed(b'{"network": {"layers": [{"type": "Flatten"}]}, "seed": 1e400}'), "seed is inf"),
        (
            packed(b'{"network": {"layers": [{"type": "Flatten"}]}, "seed": true}'),
            "seed is True; .* from 0 to 2,147,483,647",
        ),
        (packed(b'{"network": {"layers": [{"type": "Flatten"}]}, "training": {"epochs": 101}}'), "from 1 to 100"),
        (packed(b'{"network": {"layers": [{"type": "Flatten"}]}, "training": 3}'), "an object with named fields"),
        (packed(b'{"network": {"layers": [{"type": "Flatten"}]}, "data": {"digest": "../../etc"}}'), "64 hexadecimal"),
    ],
)
def test_hostile_links_get_one_sentence(query: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Experiment.from_query(query)


def test_a_real_link_that_was_cut_off_is_refused() -> None:
    query = PRESETS["accurate"].to_query()
    with pytest.raises(ValueError, match="damaged or cut off"):
        Experiment.from_query(query[: len(query) // 2])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("learning_rate", 0.0),
        ("learning_rate", float("nan")),
        ("learning_rate", "0.1"),
        ("batch_size", 7),
        ("batch_size", 12.5),
        ("batch_size", 10**400),
        ("epochs", 0),
        ("epochs", True),
        ("train_images", 9),
        ("optimizer", "adagrad"),
        ("schedule", None),
    ],
)
def test_settings_refuse_what_they_do_not_accept(field: str, value: object) -> None:
    with pytest.raises(ValueError, match=rf"TrainingSettings: {field} is .*; accepted is .*\.$"):
        TrainingSettings.from_json({field: value})


def test_a_batch_that_needs_too_much_memory_is_refused() -> None:
    wide = Network(layers=(Conv2D(64, 3), Conv2D(64, 3), Flatten()))
    largest = wide.report().largest_batch
    assert largest < 1024
    accepted = TrainingSettings(batch_size=min(1024, largest))
    Experiment(network=wide, training=accepted)
    with pytest.raises(ValueError, match=f"accepted is up to {largest}"):
        Experiment(network=wide, training=dataclasses.replace(accepted, batch_size=largest + 1))


def test_presets_are_named_as_they_are_listed_and_say_what_they_teach() -> None:
    assert list(PRESETS) == [preset.name for preset in PRESETS.values()]
    assert {"codelab", "dense", "convnet", "mnist_convnet", "fast", "accurate", "canvas", "tiny"} <= set(PRESETS)
    for preset in PRESETS.values():
        assert preset.about.endswith(".")


def test_presets_have_the_sizes_of_their_sources() -> None:
    parameters = {name: preset.network.report().parameters for name, preset in PRESETS.items()}
    assert parameters["codelab"] == 5_994
    assert parameters["dense"] == parameters["codelab"]
    assert parameters["convnet"] == 33_194  # as in createConvModel of tfjs-examples
    assert parameters["mnist_convnet"] == 34_826  # as keras.io prints it
    assert parameters["tiny"] < 8_000
    codelab = PRESETS["codelab"].training
    assert (codelab.optimizer, codelab.batch_size, codelab.epochs) == (Optimizer.ADAM, 512, 10)
    assert (codelab.train_images, codelab.validation_images) == (5_500, 1_000)


def test_every_preset_has_a_card_with_a_measured_accuracy() -> None:
    assert set(PRESET_CARDS) == set(PRESETS)
    assert all(0.5 < card.accuracy < 1 and len(card.phrase) <= 20 for card in PRESET_CARDS.values())


def test_the_empty_experiment_is_the_smallest_network_that_works() -> None:
    assert EMPTY.network.layers == (Flatten(),)
    assert EMPTY.name not in PRESETS
