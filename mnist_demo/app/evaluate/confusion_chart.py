"""The confusion matrix as a chart, whose specification stays the same while only its data changes."""

import functools
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from mnist_demo.app.theme import colours
from mnist_demo.app.theme.chart_style import legible
from mnist_demo.app.widgets.learning_curves import without_data
from mnist_demo.app.words import plural
from mnist_demo.evaluation import Evaluation

CELL = "cell"
"""Name of the selection: a click on a cell gives the cell's `true` and `predicted` labels."""

_SHORT = 3

_MIDDLE = 0.179
"""The luminance at which black and white have the same contrast, 4.6."""


def confusion_frame(
    evaluation: Evaluation, rates: bool, shade_diagonal: bool, true: int | None, predicted: int | None
) -> pd.DataFrame:
    """Return the 100 cells as rows for `confusion_spec`.

    Args:
        evaluation: The evaluation with the confusion matrix.
        rates: Whether the cells show shares of the true class instead of counts.
        shade_diagonal: Whether the diagonal is shaded too, which leaves the other cells pale.
        true: The chosen true class, whose cells are outlined; None for all.
        predicted: The chosen predicted class, whose cells are outlined; None for all.
    """
    counts, shares = evaluation.confusion, evaluation.confusion_rates
    values = shares if rates else counts.astype(np.float64)
    shaded = values if shade_diagonal else np.where(np.eye(len(values), dtype=bool), 0.0, values)
    rows, columns = np.indices(counts.shape)
    outlined = np.zeros(counts.shape, bool)
    if true is not None or predicted is not None:
        outlined = ((rows == true) | (true is None)) & ((columns == predicted) | (predicted is None))
    return pd.DataFrame(
        {
            "true": rows.ravel(),
            "predicted": columns.ravel(),
            "true class": np.array(evaluation.class_names)[rows.ravel()],
            "read as": np.array(evaluation.class_names)[columns.ravel()],
            "images": counts.ravel(),
            "share": shares.ravel(),
            "written": [
                _written(count, share, rates)
                for count, share in zip(counts.ravel().tolist(), shares.ravel().tolist(), strict=True)
            ],
            "shade": (shaded / max(float(shaded.max()), 1e-9)).ravel(),
            "right": (rows == columns).ravel(),
            "outlined": outlined.ravel(),
        }
    )


def confusion_spec(class_names: tuple[str, ...]) -> dict[str, Any]:
    """Return a heat map with the number in each cell as Vega-Lite: true classes down, predicted classes across.

    The chart's data comes from `confusion_frame`. The specification is cached, because Altair takes 150 ms to build it.

    Args:
        class_names: The names in the order of the labels.
    """
    return legible(_spec(class_names, *colours.paper_and_ink(), colours.primary_colour()))


@functools.lru_cache(maxsize=8)
def _spec(class_names: tuple[str, ...], paper: str, ink: str, primary: str) -> dict[str, Any]:
    angle = 0 if max(map(len, class_names)) <= _SHORT else -50
    base = alt.Chart(pd.DataFrame()).encode(
        x=alt.X(
            "read as:N",
            title="read as",
            sort=list(class_names),
            scale=alt.Scale(domain=list(class_names), paddingInner=0.03, paddingOuter=0),
            axis=alt.Axis(
                orient="top",
                labelAngle=angle,
                labelLimit=84,
                labelOverlap=False,
                labelFlush=False,
                ticks=False,
                domain=False,
                grid=False,
            ),
        ),
        y=alt.Y(
            "true class:N",
            title="true class",
            sort=list(class_names),
            scale=alt.Scale(domain=list(class_names), paddingInner=0.03, paddingOuter=0),
            axis=alt.Axis(labelLimit=84, labelOverlap=False, labelFlush=False, ticks=False, domain=False, grid=False),
        ),
        tooltip=[
            alt.Tooltip("true class:N"),
            alt.Tooltip("read as:N"),
            alt.Tooltip("images:Q", format=","),
            alt.Tooltip("share:Q", title="of the true class", format=".1%"),
        ],
    )
    # The chart has a fixed name, because Altair's counted names would change the specification at each rerun.
    named = base.properties(name="cells")
    cells = named.mark_rect(cursor="pointer", stroke=ink, strokeOpacity=0.12, strokeWidth=1).encode(
        color=alt.Color(
            "shade:Q",
            legend=None,
            scale=alt.Scale(domain=[0, 1], range=[paper, primary], interpolate="rgb"),
        )
    )
    picked = alt.selection_point(name=CELL, fields=["true", "predicted"], toggle=False)
    numbers = base.mark_text(fontSize=11, cursor="pointer").encode(
        text="written:N",
        color=alt.condition(
            f"datum.shade > {_turning_point(paper, primary):.2f}",
            alt.value(_on_shade(paper)),
            alt.value(_on_shade(ink)),
        ),
        opacity=alt.condition("datum.right || datum.shade > 0.1", alt.value(1), alt.value(0.75)),
    )
    # `aria` is off, because the cell below has the same text, and an outline would be an image without a text.
    outline = base.transform_filter("datum.outlined").mark_rect(
        fillOpacity=0, stroke=ink, strokeWidth=2, cursor="pointer", aria=False
    )
    layers = [cells.add_params(picked), numbers, outline]
    return without_data(alt.LayerChart(layer=layers).properties(height=400))


def _on_shade(colour: str) -> str:
    """Return black or white, whichever contrasts more with a colour; the theme's paper and ink would be too pale."""
    return colours.WHITE if _luminance(colour, colour, 0) > _MIDDLE else colours.BLACK


def _turning_point(paper: str, primary: str) -> float:
    """Return the shade from which the other one of black and white has the higher contrast."""
    is_light = _luminance(paper, primary, 0) > _MIDDLE
    shades = (step / 100 for step in range(100))
    return next((each for each in shades if (_luminance(paper, primary, each) > _MIDDLE) != is_light), 1.0)


def _luminance(start: str, end: str, share: float) -> float:
    """Return the relative luminance, 0 to 1, of a colour between two '#rrggbb' (WCAG 2.2)."""
    mixed = [
        (1 - share) * a / 255 + share * b / 255
        for a, b in zip(bytes.fromhex(start[1:]), bytes.fromhex(end[1:]), strict=True)
    ]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in mixed)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def confusion_text(evaluation: Evaluation, most: int = 5) -> str:
    """Return the matrix in one sentence: its largest cells off the diagonal."""
    off = np.where(np.eye(len(evaluation.confusion), dtype=bool), 0, evaluation.confusion)
    largest = [int(cell) for cell in np.argsort(-off, axis=None, kind="stable")[:most] if off.flat[cell]]
    if not largest:
        return "Confusion matrix: nothing was confused."
    names = evaluation.class_names
    said = [
        f"{names[cell // 10]} read as {names[cell % 10]}, {plural(int(off.flat[cell]), 'time')}" for cell in largest
    ]
    return "Confusion matrix. Most often confused: " + "; ".join(said) + "."


def _written(count: int, share: float, rates: bool) -> str:
    # An empty cell stands for zero, because ninety zeros would distract.
    if not count:
        return ""
    if not rates:
        return str(count)
    return f"{share:.0%}" if round(share, 3) == 1 else f"{100 * share:.1f}"
