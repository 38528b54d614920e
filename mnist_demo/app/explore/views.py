"""The views of Explore under the grid, each computed when it is opened: the classes, one digit, the map."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from mnist_demo.app.explore.counts_chart import counts_spec
from mnist_demo.app.theme import colours
from mnist_demo.app.widgets import digits
from mnist_demo.app.words import escape_markdown, plural
from mnist_demo.data import PcaMap, SplitName, class_counts, class_images, pca_map
from mnist_demo.data.examples import SPLIT_WORDS, Examples
from mnist_demo.evaluation.percent import percent

IMAGE_KEY = "image"
"""Key of the number of the large digit, which makes the number a part of the address."""

_CLASSES_PER_ROW = 5
_CLASS_SCALE = 2
_CLASS_WIDTH = 28 * _CLASS_SCALE
_SHORT_NAME = 12
_NAME_WIDTH = 104


def classes(examples: Examples) -> None:
    """Draw the number of images of each class, and the mean and the standard deviation of the images."""
    words = f"{SPLIT_WORDS[examples.split_name]} images"
    names = examples.data.class_names
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Images of each class**")
        counts = class_counts(examples.split)
        told = ", ".join(f"{name}: {count:,}" for name, count in zip(names, counts, strict=True))
        spec = counts_spec(counts, names, words, colours.paper_and_ink()[1])
        st.vega_lite_chart(spec=spec, key="explore_counts", alt=f"Number of {words}: {told}")
    with right:
        st.markdown(
            "**Mean and spread of each class**",
            help="Above, the mean of all images of a class. Below, where they differ: the more ink, the larger the "
            "standard deviation of that pixel.",
        )
        pictures = _means_and_spreads(examples.digest, examples.split_name, colours.appearance(), examples)
        # Longer names wrap over columns of a common width, as many in a row as fit.
        is_short = max(map(len, names)) <= _SHORT_NAME
        in_row = _CLASSES_PER_ROW if is_short else len(names)
        for start in range(0, len(names), in_row):
            with st.container(horizontal=True, gap="xsmall"):
                for label in range(start, start + in_row):
                    name, count = names[label], int(counts[label])
                    about = f"Mean and spread of {plural(count, 'image')} of {name}" if count else f"No image of {name}"
                    # The caption is an element of its own: an image's caption stretches the image to its width.
                    with st.container(
                        width="content" if is_short else _NAME_WIDTH, horizontal_alignment="center", gap="xxsmall"
                    ):
                        digits.show_png(pictures[label], _CLASS_WIDTH, about)
                        st.caption(escape_markdown(name), text_alignment="center")


@st.cache_data(max_entries=24, show_spinner="Averaging the images …")
def _means_and_spreads(digest: str, split_name: SplitName, look: str, _examples: Examples) -> list[bytes]:
    """Return a picture of each class, its mean above its standard deviation."""
    del digest, split_name, look  # the cache key, because hashing images takes longer than the computation
    summary = class_images(_examples.split)
    # A pixel deviates by half of its range at most, so twice the deviation uses the whole range of the ink.
    pictures = np.stack([summary.mean, 2 * summary.spread], axis=1).round().clip(0, 255).astype(np.uint8)
    return [digits.png(digits.sheet(digits.inked(pair), 1, scale=_CLASS_SCALE)) for pair in pictures]


@st.fragment
def one_digit(load: Callable[[], Examples]) -> None:
    """Draw one large example with its pixel values."""
    # These imports are late, here and for the map, because Altair and pandas take half a second to import.
    from mnist_demo.app.explore.charts import pixel_frame, pixel_spec

    examples = load()
    last = len(examples.indices) - 1
    # A number from a link or from a larger class can be beyond the last image.
    if not 0 <= st.session_state.get(IMAGE_KEY, 0) <= last:
        st.session_state[IMAGE_KEY] = 0
    with st.container(horizontal=True, vertical_alignment="bottom"):
        position = st.number_input(
            f"Which of the {last + 1:,} {escape_markdown(examples.words)}",
            min_value=0,
            max_value=last,
            value=0,
            key=IMAGE_KEY,
            bind="query-params",
            width=260,
        )
        st.button("Previous", icon=":material/chevron_left:", on_click=_step, args=(-1, last + 1), key="image_previous")
        st.button("Next", icon=":material/chevron_right:", on_click=_step, args=(1, last + 1), key="image_next")
    index = int(examples.indices[min(max(position, 0), last)])
    image = examples.split.images[index]
    name = examples.data.class_names[examples.split.labels[index]]
    split = SPLIT_WORDS[examples.split_name]
    left, right = st.columns([2, 3], gap="large", vertical_alignment="center")
    with left:
        paper, ink = colours.paper_and_ink()
        st.vega_lite_chart(
            pixel_frame(image),
            pixel_spec(paper, ink, colours.primary_colour()),
            key="explore_pixels",
            width="content",
            alt=f"The {split} image {index}, labelled {name}",
        )
    with right:
        st.header(f"Labelled {escape_markdown(name)}", anchor=False)
        st.markdown(
            f"Image {index:,} of the {len(examples.split):,} {split} images. {_inked_share(image)} "
            "Point at a pixel to see its row, column and value, from 0 (paper) to 255 (ink)."
        )
        table = st.expander("All 784 values", key="image_values", on_change="rerun")
        if table.open:
            table.dataframe(image, height=300, row_height=24)


def _inked_share(image: np.ndarray) -> str:
    return f"{int(np.count_nonzero(image))} of its 784 pixels have ink ({percent(np.count_nonzero(image) / 784)})."


def _step(by: int, size: int) -> None:
    st.session_state[IMAGE_KEY] = (st.session_state.get(IMAGE_KEY, 0) + by) % size


@st.fragment
def map_of_images(load: Callable[[], Examples]) -> None:
    """Draw a few thousand images as points of a plane; a click shows the image."""
    from mnist_demo.app.explore.charts import PICKED, map_chart

    examples = load()
    points = _pca_map(examples.digest, examples.split_name, examples)
    chart = map_chart(points, examples.data.class_names, examples.label, *colours.paper_and_ink())
    left, right = st.columns([4, 1], gap="medium")
    with left:
        event = st.altair_chart(
            chart,
            # The chart has a key for each split, because the same number is another image in the next split.
            key=f"explore_map_{examples.digest[:8]}_{examples.split_name}",
            on_select="rerun",
            selection_mode=PICKED,
            alt=f"{len(points.labels):,} {SPLIT_WORDS[examples.split_name]} images along their first two principal "
            "components, coloured by class",
        )
    with right:
        st.caption(
            f"{len(points.labels):,} {SPLIT_WORDS[examples.split_name]} images: near each other are those whose pixels "
            "are alike."
        )
        picked = _picked_image(event, PICKED, len(examples.split))
        if picked is None:
            st.caption("Click a point to see its image.")
            return
        name = examples.data.class_names[examples.split.labels[picked]]
        picture = digits.sheet(digits.inked(examples.split.images[picked : picked + 1]), 1, scale=4)
        digits.show(picture, f"Image {picked}: {name}", caption=f"Image {picked:,}: {escape_markdown(name)}")


@st.cache_data(max_entries=12, show_spinner="Looking for the two directions in which the images differ most …")
def _pca_map(digest: str, split_name: SplitName, _examples: Examples) -> PcaMap:
    del digest, split_name
    return pca_map(_examples.split)


def _picked_image(event: object, selection: str, size: int) -> int | None:
    """Return the clicked image; the value comes from the browser and is checked."""
    try:
        image = event["selection"][selection][0]["image"]  # type: ignore[index]
    except (LookupError, TypeError):
        return None
    return image if isinstance(image, int) and 0 <= image < size else None
