"""A run as one file to take away: the model, what was asked, and every figure, for use without the lab."""

import csv
import io
import re
import zipfile
from collections.abc import Mapping

from mnist_demo.runs.about import name_of
from mnist_demo.runs.run import FloatArray, Run

_WHAT_IT_IS = """{name}, trained in the Digit lab.

model.keras      the network, without the optimizer
weights.npz      its weights alone, layer by layer, for those without Keras
experiment.json  what was asked: network, training settings, data, seed
batches.csv      loss and accuracy as it learned
epochs.csv       loss and accuracy on training and validation images after each epoch

The model reads images of 28 by 28 pixels, white ink on black, from 0 to 1:

    import keras
    model = keras.models.load_model("model.keras")
    probabilities = model.predict(images.reshape(-1, 28, 28, 1) / 255.0)  # images: uint8 (n, 28, 28)
"""


def take_away_name(run: Run) -> str:
    """What the file is called: the run's name as far as any system can write it, and when it was begun.

    Raises:
        OSError, ValueError: when the run has neither a name nor an experiment that can be read.
    """
    plain = re.sub(r"[^A-Za-z0-9]+", "-", name_of(run)).strip("-")
    return f"{plain or 'run'}-{run.id[:15]}.zip"


def take_away(run: Run) -> bytes:
    """All of a run that has a use elsewhere, as a ZIP archive; a run without a model yet has the rest.

    Raises:
        OSError: when the run is gone or cannot be read.
        ValueError: when its experiment cannot be.
    """
    history = run.history()
    content = io.BytesIO()
    # Weights hardly get smaller.
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("read me.txt", _WHAT_IT_IS.format(name=name_of(run)))
        archive.write(run.folder / "experiment.json", "experiment.json")
        archive.writestr("batches.csv", _table(history.batches))
        archive.writestr("epochs.csv", _table(history.epochs))
        if run.model_path.exists():
            archive.write(run.model_path, "model.keras")
        if snapshots := run.snapshots:
            archive.write(snapshots[-1], "weights.npz")
    return content.getvalue()


def _table(columns: Mapping[str, FloatArray]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    # Whole numbers as such: steps and images are.
    for row in zip(*columns.values(), strict=True):
        writer.writerow(f"{value:.0f}" if value.is_integer() else repr(float(value)) for value in row)
    return text.getvalue()
