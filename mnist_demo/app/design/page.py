"""The page on which a network and its training are designed."""

import dataclasses
from collections.abc import Sequence
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from mnist_demo.app import navigation
from mnist_demo.app.design import (
    current_draft,
    preset_cards,
    style,
    training_form,
    training_time,
    unfinished,
)
from mnist_demo.app.design.layers import layer_list, network_picture
from mnist_demo.app.design.numbers import short
from mnist_demo.app.session import current
from mnist_demo.app.theme import colours
from mnist_demo.app.widgets import digits, glossary
from mnist_demo.app.widgets.layout import header, reserve_height
from mnist_demo.app.words import escape_markdown
from mnist_demo.experiment import DataReference, Experiment
from mnist_demo.jobs.estimate import Observation
from mnist_demo.network import MAX_LAYERS, MAX_MULTIPLY_ADDS, MAX_PARAMETERS, NetworkReport
from mnist_demo.network.draft import Draft

_SHARE_HEIGHT = 300  # pixels


def page() -> None:
    """Draw the presets, the picture, the cost of the network, its layers and its training."""
    style.apply()
    header(navigation.DESIGN, "Start from a preset, change its layers and its training, and see at once what follows.")
    experiment, draft, past = current.experiment(), current_draft.draft(), training_time.past()
    report = draft.report()
    preset_cards.show(experiment, past)
    _picture(draft, report)
    _totals(report, experiment, past)
    unfinished.show_state(report, experiment)
    network, training = st.tabs(["Network", "Training"], key="design_tab", on_change="rerun")
    if network.open:
        with network:
            layer_list.show(draft, report)
    if training.open:
        with training:
            training_form.show(experiment)
    unfinished.ask(experiment)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if not unfinished.is_asking():
            with st.container(width="content"):
                unfinished.train_step()
        _share(experiment)


def _picture(draft: Draft, report: NetworkReport) -> None:
    paper, ink = colours.paper_and_ink()
    palette = network_picture.Colours(
        ink=ink,
        paper=paper,
        learning=colours.primary_colour(),
        problem=colours.wrong_colour(),
    )
    blocks = network_picture.blocks(draft.layers, report)
    digit = digits.inked(current.data().validation.images[:1])[0]
    pictures = [
        network_picture.draw(block, palette, digit if index == 0 else None, is_first=index == 0)
        for index, block in enumerate(blocks)
    ]
    with st.container(key="design_picture"):
        st.image(pictures, alt=[block.alt for block in blocks])


def _totals(report: NetworkReport, experiment: Experiment, past: Sequence[Observation]) -> None:
    with st.container(horizontal=True, gap="medium", key="design_totals"):
        for text, about in (
            (
                f"**{report.parameters:,}** parameters",
                f"{glossary.about('parameter')}\n\nThis lab allows {MAX_PARAMETERS:,}, "
                f"and {MAX_LAYERS} layers before the final one.",
            ),
            (
                f"**{short(report.multiply_adds)}** multiply-adds",
                f"{glossary.about('multiply-adds')}\n\nThis lab allows {MAX_MULTIPLY_ADDS:,}.",
            ),
            (
                f"sees **{report.receptive_field}×{report.receptive_field}** pixels",
                f"{glossary.about('receptive-field')}\n\nThis is the one of the last map.",
            ),
            (
                f"about **{training_time.expected(experiment, past)}** to train here",
                f"Expected for {experiment.training.epochs} epochs of {experiment.training.train_images:,} images "
                "on this machine; your finished runs make it more exact.",
            ),
        ):
            st.markdown(text, help=about, width="content")


def _share(experiment: Experiment) -> None:
    with st.popover("Share", icon=":material/link:", key="design_share", on_change="rerun") as popover:
        if popover.open:
            st.caption("This link opens a copy of the experiment in somebody else's lab. It shows none of your runs.")
            shared = experiment
            if not experiment.data.is_mnist:
                st.caption(
                    f"Your data, {escape_markdown(experiment.data.name)}, does not travel with it: "
                    "the copy works on MNIST."
                )
                shared = dataclasses.replace(experiment, data=DataReference())
            st.code(_link(shared), language=None, wrap_lines=True)
        else:
            reserve_height(_SHARE_HEIGHT)


def _link(experiment: Experiment) -> str:
    """Return the page's address with the experiment and without the lab id, which must stay private."""
    here = urlsplit(st.context.url or "")
    return urlunsplit((here.scheme, here.netloc, here.path, urlencode({"experiment": experiment.to_query()}), ""))


page()
