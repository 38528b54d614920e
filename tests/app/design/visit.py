"""What a visitor does and sees on the page Design."""

from typing import Any

from streamlit.testing.v1 import AppTest

from mnist_demo.experiment import Experiment


def experiment_of(page: AppTest) -> Experiment:
    experiment = page.session_state["experiment"]
    assert isinstance(experiment, Experiment)
    return experiment


def texts(page: AppTest) -> str:
    said = [str(element.value) for kind in (page.markdown, page.caption) for element in kind]
    return "\n".join([*said, *(element.proto.body for element in page.get("html"))])


def choose(page: AppTest, preset: str) -> None:
    page.radio(key="design_preset").set_value(preset).run()
    assert not page.exception


def errors(page: AppTest) -> list[str]:
    return [str(element.value) for element in page.markdown if ":red[" in str(element.value)]


def layer_ids(page: AppTest) -> list[int]:
    return [item.id for item in page.session_state["design_draft"].items]


def open_layer(page: AppTest, place: int) -> int:
    """Open the editor of the layer at a place, from 1."""
    layer_id = layer_ids(page)[place - 1]
    press(page, f"design_open_{layer_id}")
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
