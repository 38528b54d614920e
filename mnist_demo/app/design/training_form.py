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
    editors.edit(settings, _IMPORTANT, "design_training", current_draft.change_training, columns=3)
    with st.expander("More settings", key="design_more", on_change="rerun") as more:
        if more.open:
            rest = [name for name in fields.field_specs(settings) if name not in _IMPORTANT]
            editors.edit(
                settings,
                [name for name in rest if settings.uses(name)],
                "design_training",
                current_draft.change_training,
                columns=3,
            )
            st.markdown("**Augmentation**: every training image is varied at random each time it is shown.")
            editors.edit(
                settings.augmentation,
                fields.field_specs(Augmentation),
                "design_augmentation",
                current_draft.change_augmentation,
                columns=4,
            )
            editors.edit(experiment, ["seed", "name"], "design_experiment", current_draft.change_experiment, columns=3)
