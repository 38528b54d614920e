"""Precision, recall and F1 of each class, as a table."""

import pandas as pd
import streamlit as st

from mnist_demo.app.widgets import glossary
from mnist_demo.evaluation import Evaluation, wilson_interval

_PERCENT = "%.1f%%"


def show(evaluation: Evaluation) -> None:
    """Draw precision, recall, F1 and support of each class."""
    st.header("Each class", anchor=False)
    hits = evaluation.confusion.diagonal()
    scores = evaluation.class_scores
    missed = [score.support - int(hits[score.label]) for score in scores]
    intervals = [wilson_interval(int(hits[score.label]), score.support) if score.support else None for score in scores]
    config = st.column_config
    st.dataframe(
        pd.DataFrame(
            {
                "Class": [score.name for score in scores],
                "Support": [score.support for score in scores],
                "Missed": missed,
                "Precision": [100 * score.precision for score in scores],
                "Recall": [100 * score.recall for score in scores],
                "Recall, 95% interval": [f"{100 * each.low:.1f}–{each.high:.1%}" if each else "" for each in intervals],
                "F1": [100 * score.f1 for score in scores],
            }
        ),
        hide_index=True,
        height="content",
        key="evaluate_classes",
        column_config={
            "Class": config.TextColumn(pinned=True),
            "Support": config.NumberColumn(help=glossary.about("support"), format="localized"),
            "Missed": config.ProgressColumn(
                help="Images of this class that were read as another one.",
                format="%d",
                min_value=0,
                max_value=max(*missed, 1),
            ),
            "Precision": config.NumberColumn(
                format=_PERCENT,
                help=f"{glossary.about('precision')} None: no image was read as it.",
            ),
            "Recall": config.NumberColumn(format=_PERCENT, help=glossary.about("recall")),
            "Recall, 95% interval": config.TextColumn(help=glossary.about("interval")),
            "F1": config.NumberColumn(format=_PERCENT, help=glossary.about("f1")),
        },
    )
