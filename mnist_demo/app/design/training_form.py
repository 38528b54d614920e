"""The training settings of the current experiment, as a form."""

import streamlit as st

from mnist_demo import fields
from mnist_demo.app.design import current_draft, editors
from mnist_demo.experiment import Experiment
from mnist_demo.experiment.augmentation import Augmentation

_IMPORTANT = ("optimizer", "learning_rate", "schedule", "epochs", "batch_size", "train_images")


def show(experiment: Experiment) -> None:
    """Draw the settings; each change updates the current experiment at once."""
    settings = experiment.training
    editors.edit(settings, _IMPORTANT, "design_training", current_draft.change_training)
    _propose_rate(experiment)
    with st.expander("More settings", key="design_more", on_change="rerun") as more:
        if more.open:
            rest = [name for name in fields.field_specs(settings) if name not in _IMPORTANT]
            editors.edit(
                settings,
                [name for name in rest if settings.uses(name)],
                "design_training",
                current_draft.change_training,
            )
            st.markdown("**Augmentation**: every training image is varied at random each time it is shown.")
            editors.edit(
                settings.augmentation,
                fields.field_specs(Augmentation),
                "design_augmentation",
                current_draft.change_augmentation,
            )
            editors.edit(experiment, ["seed", "name"], "design_experiment", current_draft.change_experiment)


def _propose_rate(experiment: Experiment) -> None:
    """Propose the usual learning rate of an optimizer that the visitor has just chosen."""
    if (rate := current_draft.proposed_rate()) is None:
        return
    name = editors.choice_label(experiment.training.optimizer)
    with st.container(horizontal=True, vertical_alignment="center", key="design_rate"):
        st.markdown(
            f":material/lightbulb: {name} usually learns at a rate of **{rate:g}**; "
            f"yours is {experiment.training.learning_rate:g}.",
            width="content",
        )
        st.button(f"Use {rate:g}", key="design_use_rate", on_click=current_draft.accept_rate, args=(rate,))
        keep = f"Keep {experiment.training.learning_rate:g}"
        st.button(keep, key="design_keep_rate", type="tertiary", on_click=current_draft.dismiss_rate)
