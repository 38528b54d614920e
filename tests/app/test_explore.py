"""The page Explore as a visitor meets it: the grid, the views under it, and uploaded data."""

import gc
import itertools
from pathlib import Path

import altair as alt
import numpy as np
import pytest
from numpy.typing import NDArray
from streamlit.testing.v1 import AppTest

from mnist_demo.app.explore.charts import map_chart, pixel_frame, pixel_spec
from mnist_demo.app.explore.counts_chart import counts_spec
from mnist_demo.app.session import datasets
from mnist_demo.app.words import escape_markdown
from mnist_demo.data import (
    FASHION_MNIST_CLASS_NAMES,
    MnistData,
    PcaMap,
    Split,
    SplitName,
    class_counts,
    load_mnist,
    pca_map,
)
from mnist_demo.data.examples import Examples
from mnist_demo.presets import PRESETS
from tests.app.conftest import OpenPage
from tests.data.files import idx, idx_gz, npz, one_hot, some_images, sprite
from tests.pages import at_page, script

File = tuple[str, bytes]

IMAGES, LABELS = some_images(1400)
TEST_IMAGES, TEST_LABELS = some_images(200, seed=1)
TRAINED_ON = 1283
"""Number of training images: 1,400 images without their last twelfth."""


def visit(**parameters: str) -> AppTest:
    """Open the page by a link with parameters."""
    app = at_page("explore", **parameters).run()
    assert not app.exception
    return app


def upload(app: AppTest, *files: File) -> AppTest:
    app.file_uploader[0].set_value([(name, content, "application/octet-stream") for name, content in files]).run()
    app.button(key="upload_use").click().run()
    assert not app.exception
    return app


def count_line(app: AppTest) -> str:
    (line,) = [markdown.value for markdown in app.markdown if " of the " in markdown.value and " in " in markdown.value]
    return line


def pictures(app: AppTest) -> list[str]:
    """Return the alternative texts of the pictures."""
    return [image.alt for element in app.get("image") for image in element.proto.imgs]


def test_the_grid_comes_first(open_page: OpenPage) -> None:
    app = open_page("explore")
    assert app.title[0].value == "Explore"
    assert count_line(app) == "72 of the 55,000 training images in MNIST"
    assert not app.button(key="more").disabled
    assert app.button(key="next_step").label == "Design a network"


def test_a_link_leads_to_the_test_sevens() -> None:
    app = visit(split="Test", digit="7")
    assert count_line(app) == "72 of the 1,028 test images of 7 in MNIST"


@pytest.mark.parametrize(
    "parameters",
    [
        {"split": "everything", "digit": "11", "view": "nothing", "handful": "-1"},
        {"split": "", "digit": "", "handful": "9" * 5000, "image": "1e9", "view": "One digit"},
        {"handful": "²", "image": "-5", "view": "One digit"},
        {"handful": "9999", "image": "54999", "view": "One digit"},
    ],
)
def test_any_link_opens_the_page(parameters: dict[str, str]) -> None:
    assert count_line(visit(**parameters)).startswith("72 of the 55,000 training images")


def test_more_shows_another_sample_and_changes_the_address() -> None:
    app = visit()
    first = pictures(app)
    assert len(first) >= 6
    app.button(key="more").click().run()
    assert app.query_params["sample"] in ("1", ["1"])
    assert pictures(app)[:6] != first[:6]
    assert pictures(visit(sample="1"))[:6] == pictures(app)[:6]
    # The parameter is that of an earlier version's link.
    assert pictures(visit(handful="1"))[:6] == pictures(app)[:6]


def test_samples_deal_out_all_images_before_any_comes_again() -> None:
    examples = Examples(load_mnist(), "mnist", SplitName.TEST, 7)
    dealt = np.concatenate([examples.sample(number, 72) for number in range(14)])
    assert len(np.unique(dealt)) == len(dealt) == 14 * 72
    assert (examples.split.labels[dealt] == 7).all()
    np.testing.assert_array_equal(examples.sample(3, 72), examples.sample(3, 72))
    assert len(examples.sample(9999, 72)) == 72


def test_a_class_with_few_images_is_shown_whole() -> None:
    split = Split(IMAGES[:9], np.full(9, 3, np.uint8))
    examples = Examples(MnistData("few", split, split, split), "few", SplitName.TEST, 3)
    assert examples.sample(5, 72).tolist() == list(range(9))
    assert Examples(examples.data, "few", SplitName.TEST, 4).sample(0, 72).tolist() == []


def test_the_classes_are_counted_and_averaged() -> None:
    app = visit(split="Validation")
    counts = class_counts(load_mnist().validation)
    (chart,) = app.get("vega_lite_chart")
    assert f"0: {counts[0]:,}, 1: {counts[1]:,}" in chart.proto.alt
    assert [text for text in pictures(app) if text.startswith("Mean")] == [
        f"Mean and spread of {count:,} images of {label}" for label, count in enumerate(counts)
    ]


def test_one_digit_is_walked_through() -> None:
    app = visit(view="One digit", split="Test", digit="7", image="3")
    index = int(np.flatnonzero(load_mnist().test.labels == 7)[3])
    assert app.header[0].value == "Labelled 7"
    assert any(f"Image {index:,} of the 10,000 test images" in text.value for text in app.markdown)
    app.button(key="image_previous").click().run()
    assert app.number_input(key="image").value == 2
    for _ in range(3):
        app.button(key="image_previous").click().run()
    assert app.number_input(key="image").value == 1027
    app.button(key="image_next").click().run()
    assert app.number_input(key="image").value == 0


def test_a_smaller_class_reduces_the_number_of_the_digit() -> None:
    app = visit(view="One digit", image="9000", split="Test")
    assert app.number_input(key="image").value == 9000
    app.pills(key="digit").set_value(7).run()
    assert not app.exception
    assert app.number_input(key="image").value == 0


def test_the_map_has_three_thousand_images_and_says_so() -> None:
    app = visit(view="Map", split="Test")
    (chart,) = app.get("vega_lite_chart")
    assert chart.proto.alt.startswith("3,000 test images along their first two principal components")
    assert any("Click a point" in caption.value for caption in app.caption)


FORMATS: dict[str, list[File]] = {
    "npz": [("clothes.npz", npz(x_train=IMAGES, y_train=LABELS, x_test=TEST_IMAGES, y_test=TEST_LABELS))],
    "idx": [
        ("train-images-idx3-ubyte", idx(IMAGES)),
        ("train-labels-idx1-ubyte", idx(LABELS)),
        ("t10k-images-idx3-ubyte", idx(TEST_IMAGES)),
        ("t10k-labels-idx1-ubyte", idx(TEST_LABELS)),
    ],
    "idx.gz": [("clothes-images.gz", idx_gz(IMAGES)), ("clothes-labels.gz", idx_gz(LABELS))],
    "sprite": [("clothes_images.png", sprite(IMAGES, "RGBA")), ("clothes_labels_uint8", one_hot(LABELS))],
}


@pytest.mark.parametrize("files", FORMATS.values(), ids=FORMATS.keys())
def test_other_data_is_taken_with_its_class_names_and_left_again(files: list[File]) -> None:
    app = visit(view="Use other data")
    app.segmented_control(key="upload_names").set_value("Fashion-MNIST").run()
    upload(app, *files)
    assert not app.error
    reference = app.session_state["experiment"].data
    assert not reference.is_mnist
    assert count_line(app).startswith("72 of the 1,")
    assert app.pills(key="digit").options[1:] == [escape_markdown(name) for name in FASHION_MNIST_CLASS_NAMES]
    assert "Every page works on them now" in app.toast[0].value
    assert app.file_uploader[0].value == []
    for page in ("train", "explore"):
        app.switch_page(script(page)).run()
        assert not app.exception
    app.button(key="use_mnist").click().run()
    assert app.session_state["experiment"].data.is_mnist
    assert count_line(app) == "72 of the 55,000 training images in MNIST"
    # The experiment asks again for the images that the smaller set lacked.
    assert app.session_state["experiment"] == PRESETS["fast"]


def test_two_hundred_images_are_enough() -> None:
    app = upload(visit(view="Use other data"), ("few.npz", npz(x_train=IMAGES[:200], y_train=np.sort(LABELS[:200]))))
    assert not app.error
    # 29 images test and 14 validate; in the order of their classes, the last two parts would hold nothing but nines.
    settings = app.session_state["experiment"].training
    assert (settings.train_images, settings.validation_images) == (157, 14)
    assert count_line(app) == "72 of the 157 training images in few"
    app.segmented_control(key="split").set_value(SplitName.TEST).run()
    assert count_line(app) == "29 of the 29 test images in few"


def test_uploaded_data_is_shown_as_it_was_read() -> None:
    app = upload(visit(view="Use other data"), *FORMATS["npz"])
    reference = app.session_state["experiment"].data
    assert reference.name == "clothes"
    expected = MnistData(
        "clothes",
        Split(IMAGES[:TRAINED_ON], LABELS[:TRAINED_ON]),
        Split(IMAGES[TRAINED_ON:], LABELS[TRAINED_ON:]),
        Split(TEST_IMAGES, TEST_LABELS),
    )
    assert reference.digest == expected.digest
    settings = app.session_state["experiment"].training
    assert (settings.train_images, settings.validation_images) == (TRAINED_ON, 1400 - TRAINED_ON)


def test_own_class_names() -> None:
    app = visit(view="Use other data")
    app.segmented_control(key="upload_names").set_value("My own").run()
    names = "ant, bee, ![c](x), :material/delete:, $e$, All, [g](javascript:x), *h*, <i>, a rather long name here"
    app.text_input(key="upload_own_names").set_value(names).run()
    upload(app, *FORMATS["npz"])
    assert not app.error
    assert app.pills(key="digit").options[3:5] == [r"\!\[c\](x)", r"\:material/delete\:"]
    lab = app.session_state["lab_id"]
    for view in ("Classes", "One digit", "Map"):
        assert visit(view=view, lab=lab).pills(key="digit").options[1:3] == ["ant", "bee"]


BAD: dict[str, tuple[list[File], str]] = {
    "text": ([("holiday.txt", b"Dear diary")], "'holiday.txt' begins with"),
    "cut": ([("clothes.npz", FORMATS["npz"][0][1][:5000])], "'clothes.npz'"),
    "half": (FORMATS["idx"][:1], "'train-images-idx3-ubyte'"),
    "six": ([("a.npz", b"PK")] * 6, "There are 6 files"),
    "few": ([("tiny.npz", npz(x_train=IMAGES[:9], y_train=LABELS[:9], x_test=IMAGES, y_test=LABELS))], "'tiny.npz'"),
    "label": (
        [("eleven.npz", npz(x_train=IMAGES, y_train=LABELS + 3, x_test=TEST_IMAGES, y_test=TEST_LABELS))],
        "label",
    ),
}


@pytest.mark.parametrize(("files", "names"), BAD.values(), ids=BAD.keys())
def test_a_wrong_file_gets_one_sentence_and_nothing_changes(files: list[File], names: str, home: Path) -> None:
    app = visit(view="Use other data")
    before = app.session_state["experiment"]
    upload(app, *files)
    (error,) = app.error
    assert names in error.value.replace("\\", "")
    assert app.session_state["experiment"] == before
    assert count_line(app) == "72 of the 55,000 training images in MNIST"
    assert not list(home.glob("data/*/*.npz"))


def test_wrong_class_names_get_one_sentence() -> None:
    app = visit(view="Use other data")
    app.segmented_control(key="upload_names").set_value("My own").run()
    upload(app, *FORMATS["npz"])
    (error,) = app.error
    assert "give exactly 10" in error.value
    assert app.session_state["experiment"].data.is_mnist


def test_mnist_replaces_data_that_is_gone(home: Path) -> None:
    app = upload(visit(view="Use other data"), FORMATS["idx.gz"][0], FORMATS["idx.gz"][1])
    for kept in home.glob("data/*/*.npz"):
        kept.unlink()
    datasets.make_room()
    app.run()
    assert not app.exception
    assert "no longer kept" in app.toast[0].value
    assert count_line(app) == "72 of the 55,000 training images in MNIST"


def test_the_next_step_leads_on_whatever_the_address_holds() -> None:
    app = visit(split="Test", digit="7", view="Map", sample="2")
    app.button(key="next_step").click().run()
    assert not app.exception
    assert app.title[0].value == "Design"


def test_a_class_without_images_is_said(home: Path) -> None:
    labels = LABELS.copy()
    labels[labels == 4] = 5
    file = npz(x_train=IMAGES, y_train=labels, x_test=TEST_IMAGES, y_test=TEST_LABELS)
    app = upload(visit(view="Use other data", digit="4"), ("gap.npz", file))
    assert "There are no training images of 4" in app.info[0].value
    lab = app.session_state["lab_id"]
    for view in ("One digit", "Map"):
        assert "There are no training images of 4" in visit(view=view, digit="4", lab=lab).info[0].value
    assert "No image of 4" in pictures(visit(view="Classes", digit="4", lab=lab))


@pytest.mark.parametrize("label", [None, 4])
@pytest.mark.parametrize("split", [Split(IMAGES[:1], LABELS[:1]), Split(IMAGES[:20], np.full(20, 4, np.uint8))])
def test_charts_of_very_little_data(split: Split, label: int | None) -> None:
    names = FASHION_MNIST_CLASS_NAMES
    counts = class_counts(split)
    bars = counts_spec(counts, names, "test images", "#000000")
    assert alt.Chart.from_dict(bars, validate=True).to_dict()["layer"]
    rows = bars["layer"][0]["data"]["values"]
    assert [(row["name"], row["count"]) for row in rows] == list(zip(names, counts, strict=True))
    spec = map_chart(pca_map(split), names, label, "#ffffff", "#000000").to_dict()
    low, high = spec["layer"][0]["encoding"]["x"]["scale"]["domain"]
    assert low < high


def test_names_on_the_map_do_not_cover_each_other() -> None:
    random = np.random.default_rng(0)
    labels = np.arange(1000, dtype=np.uint8) % 10
    # The ten classes all have the same place.
    points = PcaMap(random.normal(size=(1000, 2)).astype(np.float32), labels, np.arange(1000), (0.1, 0.05))
    spec = map_chart(points, [str(label) for label in range(10)], None, "#ffffff", "#000000").to_dict()
    rows = spec["datasets"][spec["layer"][1]["data"]["name"]]
    heights = sorted(row["second"] for row in rows if abs(row["first"]) < 0.05)
    assert len(rows) == 10
    assert min(np.diff(heights), default=1) > 0.1


def test_the_large_digit_has_a_mark_for_each_pixel() -> None:
    image: NDArray[np.uint8] = load_mnist().test.images[0]
    spec = pixel_spec("#ffffff", "#000000", "#0000ff")
    rows = pixel_frame(image).to_dict("records")
    assert [row["value"] for row in rows] == image.ravel().tolist()
    assert (rows[29]["row"], rows[29]["column"]) == (1, 1)
    # Each pixel of the digit takes whole screen pixels.
    assert spec["width"] % 28 == spec["height"] % 28 == 0


def test_no_widget_or_fragment_keeps_images_in_memory() -> None:
    # Streamlit keeps the arguments of widgets and fragments for two minutes, and a set may take 55 MB.
    app = upload(visit(view="Use other data"), ("mine.npz", npz(x_train=IMAGES, y_train=LABELS)))
    assert count_line(app).endswith("in mine")
    datasets.make_room()
    gc.collect()
    assert not [each.name for each in gc.get_objects() if isinstance(each, MnistData) and each.name == "mine"]
    assert count_line(app.run()).endswith("in mine")


@pytest.mark.parametrize("names", [tuple("0123456789"), tuple(f"{each}-class" for each in "abcdefghij")])
def test_no_name_on_the_map_covers_another(names: tuple[str, ...]) -> None:
    split = load_mnist().test
    points = pca_map(split[:1_000])
    spec = map_chart(points, names, None, "#ffffff", "#000000").to_dict()
    places = spec["datasets"][spec["layer"][1]["data"]["name"]]
    width, height = np.ptp(points.points, axis=0)
    assert sorted(place["name"] for place in places) == sorted(names)
    for first, second in itertools.combinations(places, 2):
        is_beside = abs(first["first"] - second["first"]) >= 0.012 * len(names[0]) * width
        assert is_beside or abs(first["second"] - second["second"]) >= 0.05 * height, (first, second)
