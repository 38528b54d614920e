"""The page on which a network and its training are designed."""

import dataclasses
from itertools import islice
from pathlib import Path
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from mnist_demo.app import navigation
from mnist_demo.app.design import current_draft, layer_list, network_picture, training_form
from mnist_demo.app.session import current, lab
from mnist_demo.app.theme import colours
from mnist_demo.app.widgets import digits, glossary
from mnist_demo.app.widgets.layout import header, reserve_height
from mnist_demo.app.words import duration, escape_markdown
from mnist_demo.experiment import DataReference, Experiment
from mnist_demo.jobs.estimate import Observation, estimate_seconds, observe
from mnist_demo.network import MAX_LAYERS, MAX_MULTIPLY_ADDS, MAX_PARAMETERS, NetworkReport
from mnist_demo.network.draft import Draft
from mnist_demo.presets import PRESETS, shown_name
from mnist_demo.runs import Run

# This many of the lab's last runs correct the estimate of the training time. (A page is a script, which would show a
# bare string.)
_REMEMBERED_RUNS = 12

_PRESET = "design_preset"
_SHARE_HEIGHT = 300  # pixels


def page() -> None:
    """Draw the presets, the picture, the cost of the network, its layers and its training."""
    header("Design", "Start from a preset, change its layers and its training, and see at once what follows.")
    experiment, draft = current.experiment(), current_draft.draft()
    report = draft.report()
    _presets(experiment)
    _picture(draft, report)
    _totals(report, experiment)
    _refusal(report)
    network, training = st.tabs(["Network", "Training"], key="design_tab", on_change="rerun")
    if network.open:
        with network:
            layer_list.show(draft, report)
    if training.open:
        with training:
            training_form.show(experiment)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width="content"):
            navigation.next_step(navigation.TRAIN, "Train it")
        _share(experiment)


def _presets(experiment: Experiment) -> None:
    chosen = current_draft.preset_of(experiment)
    # The pills follow the current experiment, which equals no preset after an edit.
    if st.session_state.get(_PRESET) != chosen:
        st.session_state[_PRESET] = chosen
    st.pills("Preset", list(PRESETS), key=_PRESET, on_change=_chosen, label_visibility="collapsed")
    st.caption(
        PRESETS[chosen].about
        if chosen
        else f"**{escape_markdown(shown_name(experiment))}**. {escape_markdown(experiment.about)}"
    )


def _chosen() -> None:
    name = st.session_state.get(_PRESET)
    if isinstance(name, str):
        current_draft.choose_preset(name)


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


def _totals(report: NetworkReport, experiment: Experiment) -> None:
    maps = [row for row in report.layers if row.output_shape and len(row.output_shape) == 3]
    field = maps[-1].receptive_field if maps else 1
    with st.container(horizontal=True, gap="medium", key="design_totals"):
        for text, about in (
            (
                f"**{report.parameters:,}** parameters",
                f"{glossary.about('parameter')}\n\nThis lab allows {MAX_PARAMETERS:,}, "
                f"and {MAX_LAYERS} layers before the final one.",
            ),
            (
                f"**{layer_list.short(report.multiply_adds)}** multiply-adds",
                f"{glossary.about('multiply-adds')}\n\nThis lab allows {MAX_MULTIPLY_ADDS:,}.",
            ),
            (
                f"sees **{field}×{field}** pixels",
                f"{glossary.about('receptive-field')}\n\nThis is the one of the last map.",
            ),
            (
                f"about **{duration(_rounded(estimate_seconds(experiment, _past())))}** to train here",
                f"Expected for {experiment.training.epochs} epochs of {experiment.training.train_images:,} images "
                "on this machine; your finished runs make it more exact.",
            ),
        ):
            st.markdown(text, help=about, width="content")


def _refusal(report: NetworkReport) -> None:
    reason = current_draft.refusal()
    if reason is None:
        return
    if report.problems:
        reason = f"This network cannot work yet: see layer {report.problems[0].layer_index}."
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f":red[:material/error: {reason}] The current experiment keeps the last network that works.",
            width="content",
        )
        st.button("Back to it", icon=":material/undo:", key="design_back", on_click=current_draft.start_again)


def _past() -> list[Observation]:
    found = []
    for run in islice(lab.lab().runs, _REMEMBERED_RUNS):
        try:
            changed = run.events_path.stat().st_mtime_ns
        except OSError:
            continue
        if (observation := _observed(str(run.folder), changed)) is not None:
            found.append(observation)
    return found


@st.cache_data(max_entries=500, show_spinner=False)
def _observed(folder: str, changed: int) -> Observation | None:
    del changed  # part of the cache key, so that a run that still trains is read again
    return observe(Run(Path(folder)))


def _rounded(seconds: float) -> float:
    """Round to as many digits as an estimate deserves: 47 s, 2 min 20 s, 1 h 10 min."""
    step = 1 if seconds < 60 else 10 if seconds < 600 else 60 if seconds < 3600 else 600
    return round(seconds / step) * step


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
