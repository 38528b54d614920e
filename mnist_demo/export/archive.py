"""A run as a ZIP archive for use without the lab: the model, the experiment and all figures."""

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

from mnist_demo.files import csv_text
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
    """Return the archive's file name: the run's name in plain letters and digits, and the time of the run's creation.

    Raises:
        OSError, ValueError: If the run has neither a name nor an experiment that can be read.
    """
    plain = re.sub(r"[^A-Za-z0-9]+", "-", name_of(run)).strip("-")
    return f"{plain or 'run'}-{run.begun:{TIME_FORMAT}}.zip"


def archive_run(run: Run) -> bytes:
    """Pack everything of a run that is of use elsewhere; the archive of an active run has no model.

    Returns:
        A ZIP archive.

    Raises:
        OSError: If the run is gone or cannot be read.
        ValueError: If the run's experiment cannot be read.
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
    # The files are stored as they are, because weights hardly compress. ZIP cannot hold times before 1980, which a
    # board without a clock gives to its files.
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED, strict_timestamps=False) as archive:
        archive.writestr("read me.txt", _read_me(name_of(run), files))
        for name, file in files.items():
            if isinstance(file, Path):
                archive.write(file, name)
            else:
                archive.writestr(name, file)
    return content.getvalue()


def _is_of(model: Path, snapshot: Path) -> bool:
    """Tell whether a model has the newest weights: a continued run has an old model until its training ends."""
    try:
        return model.stat().st_mtime_ns >= snapshot.stat().st_mtime_ns
    except FileNotFoundError:
        return False


def _read_me(name: str, files: Mapping[str, object]) -> str:
    lines = "".join(f"{file:<17}{_ABOUT[file]}\n" for file in files)
    return f"{name}, trained in the Digit lab.\n\n{lines}{_RECIPE if 'model.keras' in files else ''}"


def _table(columns: Mapping[str, FloatArray]) -> str:
    # Whole numbers such as steps and images have no decimal point.
    rows = (
        [int(value) if value.is_integer() else float(value) for value in row]
        for row in zip(*columns.values(), strict=True)
    )
    return csv_text([columns, *rows])
