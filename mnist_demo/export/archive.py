"""Export a run as one file: the model, its experiment, and every figure, for use without the lab."""

import csv
import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

from mnist_demo.runs.annotations import name_of
from mnist_demo.runs.history import FloatArray
from mnist_demo.runs.run import Run
from mnist_demo.runs.run_id import TIME_FORMAT

_ABOUT = {
    "model.keras": "the network, without the optimizer",
    "weights.npz": "its weights alone, layer by layer, for those without Keras",
    "experiment.json": "what was asked: network, training settings, data, seed",
    "batches.csv": "loss and accuracy as it learned",
    "epochs.csv": "loss and accuracy on training and validation images after each epoch",
}

_RECIPE = """
The model reads images of 28 by 28 pixels, white ink on black, from 0 to 1:

    import keras
    model = keras.models.load_model("model.keras")
    probabilities = model.predict(images.reshape(-1, 28, 28, 1) / 255.0)  # images: uint8 (n, 28, 28)
"""


def archive_name(run: Run) -> str:
    """Return the file's name: the run's name in characters of any system, and the time of its start.

    Raises:
        OSError, ValueError: when the run has neither a name nor an experiment that can be read.
    """
    plain = re.sub(r"[^A-Za-z0-9]+", "-", name_of(run)).strip("-")
    return f"{plain or 'run'}-{run.begun:{TIME_FORMAT}}.zip"


def archive_run(run: Run) -> bytes:
    """Return a run as a ZIP archive; a run that has no model yet has the other files.

    Raises:
        OSError: when the run is gone or cannot be read.
        ValueError: when its experiment cannot be.
    """
    history = run.history()
    files: dict[str, Path | str] = {}
    snapshot = run.snapshots[-1] if run.snapshots else None
    if snapshot is not None and _is_of(run.model_path, snapshot):
        files["model.keras"] = run.model_path
    if snapshot is not None:
        files["weights.npz"] = snapshot
    files["experiment.json"] = run.folder / "experiment.json"
    files["batches.csv"] = _table(history.batches)
    files["epochs.csv"] = _table(history.epochs)
    content = io.BytesIO()
    # Weights hardly get smaller. A board without a clock dates its files before ZIP can.
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED, strict_timestamps=False) as archive:
        archive.writestr("read me.txt", _read_me(name_of(run), files))
        for name, file in files.items():
            if isinstance(file, Path):
                archive.write(file, name)
            else:
                archive.writestr(name, file)
    return content.getvalue()


def _is_of(model: Path, snapshot: Path) -> bool:
    """Tell whether a model has the newest weights: a run that is trained further has an old model until it ends."""
    try:
        return model.stat().st_mtime_ns >= snapshot.stat().st_mtime_ns
    except FileNotFoundError:
        return False


def _read_me(name: str, files: Mapping[str, object]) -> str:
    lines = "".join(f"{file:<17}{_ABOUT[file]}\n" for file in files)
    return f"{name}, trained in the Digit lab.\n\n{lines}{_RECIPE if 'model.keras' in files else ''}"


def _table(columns: Mapping[str, FloatArray]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    # Steps and images are written as whole numbers.
    for row in zip(*columns.values(), strict=True):
        writer.writerow(f"{value:.0f}" if value.is_integer() else repr(float(value)) for value in row)
    return text.getvalue()
