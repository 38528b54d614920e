"""The Design page, from the entry point."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from mnist_demo.experiment import Experiment
from mnist_demo.experiment.settings import Optimizer, TrainingSettings
from mnist_demo.network import MAX_LAYERS, Conv2D, Dense, Dropout, Flatten, MaxPooling2D, Network
from mnist_demo.presets import PRESETS
from tests.pages import at_page, script


@pytest.fixture
def page() -> AppTest:
    app = at_page("design").run()
    assert not app.exception
    return app


def experiment_of(page: AppTest) -> Experiment:
    experiment = page.session_state["experiment"]
    assert isinstance(experiment, Experiment)
    return experiment


def texts(page: AppTest) -> str:
    return "\n".join(str(element.value) for kind in (page.markdown, page.caption) for element in kind)


def choose(page: AppTest, preset: str) -> None:
    page.button_group(key="design_preset").set_value(preset).run()
    assert not page.exception


def layer_ids(page: AppTest) -> list[int]:
    return [item.id for item in page.session_state["design_draft"].items]


def open_layer(page: AppTest, place: int) -> int:
    """Open the editor of the layer at a place, from 1."""
    layer_id = layer_ids(page)[place - 1]
    page.session_state[f"design_open_{layer_id}"] = True
    page.run()
    assert not page.exception
    return layer_id


def widget(elements: Any, key: str) -> Any:
    """Return a generated editor, whose key ends with a revision."""
    found = [element for element in elements if element.key and element.key.rpartition("_")[0] == key]
    assert len(found) == 1, [element.key for element in elements]
    return found[0]


def press(page: AppTest, key: str) -> None:
    page.button(key=key).click().run()
    assert not page.exception


def show_training(page: AppTest) -> None:
    page.session_state["design_tab"] = "Training"
    page.session_state["design_more"] = True
    page.run()
    assert not page.exception


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_becomes_the_current_experiment_with_its_description(page: AppTest, preset: str) -> None:
    other = "codelab" if preset == "fast" else "fast"
    choose(page, other)
    choose(page, preset)
    assert experiment_of(page) == PRESETS[preset]
    assert PRESETS[preset].about in texts(page)
    assert f"**{PRESETS[preset].network.report().parameters:,}** parameters" in texts(page)


def test_an_edited_field_is_in_the_experiment_at_once_with_its_consequences(page: AppTest) -> None:
    choose(page, "codelab")
    layer_id = open_layer(page, 1)
    widget(page.number_input, f"design_{layer_id}_filters").set_value(16).run()
    assert not page.exception
    first = experiment_of(page).network.layers[0]
    assert isinstance(first, Conv2D)
    assert first.filters == 16
    assert experiment_of(page).name == "codelab, changed"
    assert "24×24×16" in texts(page)
    assert f"**{experiment_of(page).network.report().parameters:,}** parameters" in texts(page)
    # The experiment equals the preset again once the change is reverted.
    widget(page.number_input, f"design_{layer_id}_filters").set_value(8).run()
    assert experiment_of(page) == PRESETS["codelab"]


def test_a_problem_is_named_in_place_and_the_experiment_stays_valid(page: AppTest) -> None:
    choose(page, "codelab")
    before = experiment_of(page)
    layer_id = open_layer(page, 5)
    assert isinstance(before.network.layers[4], Flatten)
    press(page, f"design_{layer_id}_Remove")
    assert experiment_of(page) == before
    assert "The final layer, Dense 10, gets a 4×4×16 map, but it needs a vector" in texts(page)
    assert "This network cannot work yet: see layer 5" in texts(page)
    assert "The current experiment keeps the last network" in texts(page)
    press(page, "design_back")
    assert len(layer_ids(page)) == 5
    assert "The current experiment keeps" not in texts(page)


def test_a_broken_draft_survives_leaving_the_page(page: AppTest) -> None:
    flatten = next(
        index for index, layer in enumerate(experiment_of(page).network.layers, 1) if isinstance(layer, Flatten)
    )
    layer_id = open_layer(page, flatten)
    press(page, f"design_{layer_id}_Remove")
    ids = layer_ids(page)
    page.switch_page(script("train")).run()
    page.switch_page(script("design")).run()
    assert layer_ids(page) == ids
    assert "The current experiment keeps the last network" in texts(page)


def test_layers_are_moved_and_duplicated(page: AppTest) -> None:
    choose(page, "fast")
    layers = experiment_of(page).network.layers
    layer_id = open_layer(page, 3)
    press(page, f"design_{layer_id}_Move up")
    assert experiment_of(page).network.layers == (layers[0], layers[2], layers[1], *layers[3:])
    press(page, f"design_{layer_id}_Move down")
    assert experiment_of(page).network.layers == layers
    press(page, f"design_{layer_id}_Duplicate")
    assert experiment_of(page).network.layers == (*layers[:3], layers[2], *layers[3:])


def add(page: AppTest, kind: str, place: str | None = None) -> None:
    page.session_state["design_add"] = True
    page.run()
    page.selectbox(key="design_type").set_value(kind).run()
    if place:
        page.selectbox(key="design_place").set_value(place).run()
    press(page, "design_add_it")


def test_a_layer_is_added_where_it_belongs_or_where_it_is_asked_for(page: AppTest) -> None:
    choose(page, "codelab")
    add(page, "MaxPooling2D")
    assert experiment_of(page).network.layers[4:] == (MaxPooling2D(), Flatten())
    add(page, "Dropout", "before 2 · MaxPooling2D")
    assert experiment_of(page).network.layers[1] == Dropout()
    add(page, "Dense", "at the end")
    assert experiment_of(page).network.layers[-1] == Dense()


def test_no_layer_more_than_the_lab_allows(page: AppTest) -> None:
    choose(page, "codelab")
    layer_id = open_layer(page, 2)
    for _ in range(MAX_LAYERS):
        page.session_state[f"design_open_{layer_id}"] = True
        button = page.button(key=f"design_{layer_id}_Duplicate")
        # A disabled button can still be pressed by a dishonest browser.
        button.proto.disabled = False
        button.click().run()
        assert not page.exception
    assert len(layer_ids(page)) == MAX_LAYERS


@pytest.mark.parametrize("hostile", [10**9, -1, 0])
def test_a_hostile_number_changes_nothing(page: AppTest, hostile: int) -> None:
    choose(page, "codelab")
    layer_id = open_layer(page, 1)
    widget(page.number_input, f"design_{layer_id}_filters").set_value(hostile).run()
    assert not page.exception
    assert experiment_of(page) == PRESETS["codelab"]


def test_a_hostile_choice_changes_nothing(page: AppTest) -> None:
    show_training(page)
    before = experiment_of(page)
    selectbox = widget(page.selectbox, "design_training_optimizer")
    # The list of options binds an honest browser only.
    selectbox.options.append("rmsprop; rm")
    selectbox.set_value("rmsprop; rm").run()
    assert not page.exception
    assert experiment_of(page).training.optimizer is before.training.optimizer


def test_training_settings_change_the_experiment_and_the_estimate(page: AppTest) -> None:
    show_training(page)
    before = estimate_text(page)
    widget(page.number_input, "design_training_epochs").set_value(50).run()
    assert not page.exception
    assert experiment_of(page).training.epochs == 50
    assert experiment_of(page).name == "fast, changed"
    assert estimate_text(page) != before


def test_only_the_settings_of_the_chosen_optimizer_are_shown(page: AppTest) -> None:
    show_training(page)
    assert not [each for each in page.number_input if "momentum" in (each.key or "")]
    widget(page.selectbox, "design_training_optimizer").set_value(Optimizer.SGD).run()
    assert not page.exception
    widget(page.number_input, "design_training_momentum").set_value(0.5).run()
    assert experiment_of(page).training.optimizer is Optimizer.SGD
    assert experiment_of(page).training.momentum == 0.5
    assert not [each for each in page.number_input if "beta" in (each.key or "")]


def test_more_images_than_there_are_get_a_sentence_in_place(page: AppTest) -> None:
    show_training(page)
    widget(page.number_input, "design_training_train_images").set_value(60_000).run()
    assert not page.exception
    assert experiment_of(page).training.train_images == 55_000
    assert "60,000 are asked for, and MNIST has 55,000" in texts(page)
    assert widget(page.number_input, "design_training_train_images").value == 55_000
    # The message disappears with the next accepted value.
    widget(page.number_input, "design_training_train_images").set_value(10_000).run()
    assert experiment_of(page).training.train_images == 10_000
    assert "are asked for" not in texts(page)


def test_a_batch_too_large_for_the_maps_gets_a_sentence_in_place(page: AppTest) -> None:
    large = Experiment(network=Network((Conv2D(64), Conv2D(64), MaxPooling2D(), Flatten())))
    page.session_state["experiment"] = large
    show_training(page)
    widget(page.number_input, "design_training_batch_size").set_value(1024).run()
    assert not page.exception
    assert f"accepted is up to {large.network.report().largest_batch}" in texts(page)
    assert experiment_of(page) == large


def test_a_network_too_large_for_its_batches_waits_until_they_are_smaller(page: AppTest) -> None:
    large = Network((Conv2D(64), Conv2D(32), Flatten()))
    page.session_state["experiment"] = Experiment(network=large, training=TrainingSettings(batch_size=790))
    page.run()
    layer_id = open_layer(page, 2)
    widget(page.number_input, f"design_{layer_id}_filters").set_value(64).run()
    assert "The current experiment keeps the last network" in texts(page)
    assert experiment_of(page).network == large
    show_training(page)
    widget(page.number_input, "design_training_batch_size").set_value(64).run()
    assert not page.exception
    assert experiment_of(page).network.layers[1] == Conv2D(64)
    assert "The current experiment keeps" not in texts(page)


def test_augmentation_seed_and_name_reach_the_current_experiment(page: AppTest) -> None:
    show_training(page)
    widget(page.number_input, "design_augmentation_rotation").set_value(10.0).run()
    widget(page.number_input, "design_experiment_seed").set_value(7).run()
    widget(page.text_input, "design_experiment_name").set_value("turned").run()
    assert not page.exception
    assert experiment_of(page).training.augmentation.rotation == 10.0
    assert (experiment_of(page).seed, experiment_of(page).name) == (7, "turned")


def test_the_link_holds_the_experiment_and_not_the_lab(page: AppTest) -> None:
    choose(page, "tiny")
    page.session_state["design_share"] = True
    page.run()
    link = page.code[0].value
    query = parse_qs(urlsplit(link).query)
    assert list(query) == ["experiment"]
    assert Experiment.from_query(query["experiment"][0]) == PRESETS["tiny"]
    assert page.session_state["lab_id"] not in link


def test_the_picture_says_in_words_what_it_shows(page: AppTest) -> None:
    choose(page, "codelab")
    images = page.get("image")[0].proto.imgs
    assert [image.alt for image in images] == [
        "Image, 28×28×1",
        "layer 1, Conv2D 8 · 5×5 · relu, makes 24×24×8",
        "layer 2, MaxPooling2D 2×2, makes 12×12×8",
        "layer 3, Conv2D 16 · 5×5 · relu, makes 8×8×16",
        "layer 4, MaxPooling2D 2×2, makes 4×4×16",
        "layer 5, Flatten, makes 256",
        "layer 6, Dense 10 · softmax, makes 10",
    ]


def estimate_text(page: AppTest) -> str:
    return next(str(each.value) for each in page.markdown if "to train here" in str(each.value))
