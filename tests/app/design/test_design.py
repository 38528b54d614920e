"""The page Design: presets, layers, undo and what they say."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from mnist_demo.data import Upload, read_uploads
from mnist_demo.experiment import Experiment
from mnist_demo.network import MAX_LAYERS, Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from mnist_demo.presets import EMPTY, PRESET_CARDS, PRESETS
from mnist_demo.runs import Lab
from tests.app.design.visit import (
    choose,
    errors,
    experiment_of,
    layer_ids,
    open_layer,
    press,
    texts,
    widget,
)
from tests.data.files import npz, some_images
from tests.pages import script


def card(page: AppTest, preset: str) -> str:
    """Return what a preset's card says."""
    cards = page.radio(key="design_preset")
    return str(cards.proto.captions[[*PRESETS, "empty"].index(preset)])


@pytest.mark.parametrize("preset", PRESETS)
def test_a_card_says_what_a_preset_is_its_size_time_and_accuracy(page: AppTest, preset: str) -> None:
    said = card(page, preset)
    assert PRESET_CARDS[preset].phrase in said
    assert re.search(r"\n[\d,.]+( k)? parameters", said)
    assert re.search(r"\n\d+ (s|min), \d\d(\.\d)?% right$", said)


def test_a_card_claims_no_accuracy_on_other_data(page: AppTest, home: Path) -> None:
    images, labels = some_images(120)
    brought = read_uploads([Upload("shoes.npz", npz(x_train=images, y_train=labels))])
    reference = Lab(home, page.session_state["lab_id"]).keep_data(brought)
    page.session_state["experiment"] = PRESETS["codelab"].on_data(
        reference, len(brought.train), len(brought.validation)
    )
    page.run()
    assert not page.exception
    assert "5,994 parameters" in card(page, "codelab")
    assert "right" not in card(page, "codelab")


def test_empty_begins_with_a_network_that_works_and_invites_to_add_the_first_layer(page: AppTest) -> None:
    choose(page, "empty")
    assert experiment_of(page).network == EMPTY.network
    assert (experiment_of(page).name, page.radio(key="design_preset").value) == ("My network", "empty")
    assert "Add the first layer, such as Conv2D" in texts(page)
    assert page.button(key="design_add").label == "Add the first layer"
    add(page, "Dense")
    add(page, "Conv2D")
    assert experiment_of(page).network.layers == (Conv2D(), Flatten(), Dense())
    assert experiment_of(page).name == "My network"
    assert page.button(key="design_add").label == "Add a layer"


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
    press(page, f"design_step_{layer_id}_remove")
    assert experiment_of(page) == before
    (error,) = errors(page)
    assert "The final layer, Dense 10, gets a 4×4×16 map, but it needs a vector" in error
    assert "This network cannot work yet: see layer 5" in texts(page)
    assert "The current experiment keeps the last network" in texts(page)
    press(page, "design_back")
    assert len(layer_ids(page)) == 5
    assert "The current experiment keeps" not in texts(page)


def test_a_broken_draft_survives_leaving_the_page(page: AppTest) -> None:
    flatten = next(
        index for index, layer in enumerate(experiment_of(page).network.layers, 1) if isinstance(layer, Flatten)
    )
    press(page, f"design_step_{layer_ids(page)[flatten - 1]}_remove")
    ids = layer_ids(page)
    page.switch_page(script("train")).run()
    page.switch_page(script("design")).run()
    assert layer_ids(page) == ids
    assert "The current experiment keeps the last network" in texts(page)


def test_layers_are_moved_and_duplicated(page: AppTest) -> None:
    choose(page, "fast")
    layers = experiment_of(page).network.layers
    layer_id = layer_ids(page)[2]
    press(page, f"design_step_{layer_id}_-1")
    assert experiment_of(page).network.layers == (layers[0], layers[2], layers[1], *layers[3:])
    press(page, f"design_step_{layer_id}_1")
    assert experiment_of(page).network.layers == layers
    open_layer(page, 3)
    press(page, f"design_{layer_id}_duplicate")
    assert experiment_of(page).network.layers == (*layers[:3], layers[2], *layers[3:])


def test_each_row_names_its_layer_on_its_buttons(page: AppTest) -> None:
    choose(page, "codelab")
    labels = [button.label for button in page.button]
    for place, kind in enumerate(("Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D", "Flatten"), 1):
        for action in ("Move up", "Move down", "Remove"):
            assert f"{action} layer {place}, {kind}" in labels


def test_undo_takes_edits_back_one_by_one(page: AppTest) -> None:
    assert page.button(key="design_undo").disabled
    choose(page, "codelab")
    before = layer_ids(page)
    press(page, f"design_step_{before[4]}_remove")
    assert "Removed layer 5, Flatten." in texts(page)
    press(page, f"design_step_{before[1]}_remove")
    press(page, "design_undo")
    press(page, "design_undo")
    assert layer_ids(page) == before
    assert experiment_of(page) == PRESETS["codelab"]
    assert errors(page) == []
    press(page, "design_undo")
    assert experiment_of(page) == PRESETS["fast"]
    assert page.button(key="design_undo").disabled


def test_one_root_cause_is_one_error(page: AppTest) -> None:
    choose(page, "fast")
    flatten = layer_ids(page)[8]
    for _ in range(8):
        press(page, f"design_step_{flatten}_-1")
    assert len(errors(page)) == 1
    assert "layer 1, Flatten, has made a vector of it" in errors(page)[0]


def test_train_it_on_a_broken_design_says_what_it_would_train_and_asks(page: AppTest) -> None:
    choose(page, "codelab")
    press(page, f"design_step_{layer_ids(page)[4]}_remove")
    press(page, "design_ask")
    assert page.title[0].value == "Design"
    assert "instead: **codelab** (5 layers before the outputs, 5,994 parameters)" in texts(page)
    press(page, "design_go_on")
    assert "cannot be trained yet" not in texts(page)
    press(page, "design_ask")
    press(page, "design_train_last")
    assert page.title[0].value == "Train"
    assert "**codelab**" in texts(page)


def test_train_it_on_a_mended_design_asks_nothing(page: AppTest) -> None:
    choose(page, "codelab")
    press(page, f"design_step_{layer_ids(page)[4]}_remove")
    press(page, "design_ask")
    press(page, "design_undo")
    assert "cannot be trained yet" not in texts(page)
    press(page, "next_step")
    assert page.title[0].value == "Train"


def add(page: AppTest, kind: str, place: str | None = None) -> None:
    press(page, "design_add")
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


def test_a_flatten_comes_by_itself_and_only_places_that_work_are_offered(page: AppTest) -> None:
    choose(page, "codelab")
    press(page, "design_add")
    page.selectbox(key="design_type").set_value("MaxPooling2D").run()
    offered = page.selectbox(key="design_place").options
    assert offered[0] == "where it works"
    assert "before 5 · Flatten" in offered
    assert "at the end" not in offered
    press(page, "design_add_not")
    press(page, f"design_step_{layer_ids(page)[4]}_remove")
    add(page, "Dense")
    assert experiment_of(page).network.layers[-2:] == (Flatten(), Dense())
    assert "A Flatten came with it" in texts(page)
    # The editor of the added layer is open.
    assert widget(page.number_input, f"design_{layer_ids(page)[-1]}_units").value == Dense().units


def test_no_layer_more_than_the_lab_allows(page: AppTest) -> None:
    choose(page, "codelab")
    layer_id = open_layer(page, 2)
    for _ in range(MAX_LAYERS):
        button = page.button(key=f"design_{layer_id}_duplicate")
        # A disabled button can still be pressed by a dishonest browser.
        button.proto.disabled = False
        button.click().run()
        assert not page.exception
    assert len(layer_ids(page)) == MAX_LAYERS


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
