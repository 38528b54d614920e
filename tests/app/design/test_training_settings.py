"""The training settings of the page Design."""

import pytest
from streamlit.testing.v1 import AppTest

from mnist_demo.experiment import Experiment
from mnist_demo.experiment.settings import Optimizer, TrainingSettings
from mnist_demo.network import Conv2D, Flatten, MaxPooling2D, Network
from mnist_demo.presets import PRESETS
from tests.app.design.visit import choose, experiment_of, open_layer, press, show_training, texts, widget


def test_another_optimizer_proposes_its_usual_rate_in_one_press(page: AppTest) -> None:
    choose(page, "codelab")
    show_training(page)
    choose_optimizer(page, Optimizer.RMSPROP)
    # The rate of the codelab, 0.001, is usual for RMSprop too.
    assert "usually learns" not in texts(page)
    choose_optimizer(page, Optimizer.SGD)
    assert experiment_of(page).training.learning_rate == 0.001
    assert "SGD usually learns at a rate of **0.01**; yours is 0.001." in texts(page)
    press(page, "design_use_rate")
    assert experiment_of(page).training.learning_rate == 0.01
    assert widget(page.number_input, "design_training_learning_rate").value == 0.01
    assert "usually learns" not in texts(page)
    choose_optimizer(page, Optimizer.ADAM)
    assert "Adam usually learns at a rate of **0.001**" in texts(page)
    press(page, "design_keep_rate")
    assert "usually learns" not in texts(page)
    assert experiment_of(page).training.learning_rate == 0.01


def test_a_preset_s_own_rate_is_not_questioned(page: AppTest) -> None:
    show_training(page)
    assert experiment_of(page).training.learning_rate == 0.01
    assert "usually learns" not in texts(page)


def choose_optimizer(page: AppTest, optimizer: Optimizer) -> None:
    widget(page.selectbox, "design_training_optimizer").set_value(optimizer).run()
    assert not page.exception


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


def estimate_text(page: AppTest) -> str:
    return next(str(each.value) for each in page.markdown if "to train here" in str(each.value))
