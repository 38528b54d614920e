"""Every file of a lab, damaged as by a disk, a crash or an attacker, gives the documented result of its reader."""

import io
import json
import math
import random
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mnist_demo.data import DataError, MnistData, Split, load_data, load_sizes, save_data
from mnist_demo.drawing.collection import Collection
from mnist_demo.experiment import Experiment
from mnist_demo.files import DamagedFileError, read_json, read_npz
from mnist_demo.runs import (
    Annotations,
    EventKind,
    EventWriter,
    EvictionReason,
    Lab,
    Predictions,
    Run,
    RunState,
    StopCode,
    StopReason,
    events,
    keep_predictions,
    new_lab_id,
    read_annotations,
    read_events,
    read_summary,
    summary,
    write_annotations,
)
from mnist_demo.runs import run as run_module
from mnist_demo.runs.predictions import TEST, VALIDATION, read_predictions, snapshot_digest
from mnist_demo.training.checkpoint import Position, load_checkpoint, read_position, save_checkpoint
from mnist_demo.training.resuming import reached_by
from mnist_demo.training.weights import load_weights, save_weights

POSITION = Position(epoch=1, batch=2, first_epoch=0, last_epoch=2, sums=(200, 9.5, 150), reported=(100, 5.0, 70))
SPLIT = Split(np.arange(2 * 784).astype(np.uint8).reshape(2, 28, 28), np.array([3, 9], np.uint8))
DATA = MnistData("Shoes", SPLIT, SPLIT, SPLIT)
ANSWERS = Predictions.of(SPLIT.labels, np.full((2, 10), 0.1, np.float32))
LONGEST_MESSAGE = 300
CHANCES = 12

HOSTILE: tuple[str, ...] = (
    "null", "true", "-1", "0", "0.5", "1e400", "NaN", "-Infinity", '"x"', '""', "[]", "{}", "[[1, 2]]", "[null]",
    "1" + "0" * 30, "1" + "0" * 5000, json.dumps("x" * 188_000), json.dumps("\ud800"), "[" * 2000 + "]" * 2000,
)  # fmt: skip
"""JSON values that take the place of another value."""


class FakeVariable:
    """A variable of a Keras model, as far as `weights.py` and `checkpoint.py` use it."""

    def __init__(self, value: NDArray[np.float32]) -> None:
        self.value, self.shape, self.dtype = value, value.shape, value.dtype.name

    def __array__(self, dtype: object = None, copy: object = None) -> NDArray[np.float32]:
        return self.value

    def assign(self, value: NDArray[np.float32]) -> None:
        self.value = value


@dataclass
class FakeModel:
    """A model of one layer and its optimizer, without Keras."""

    weights: list[FakeVariable] = field(
        default_factory=lambda: [FakeVariable(np.ones(shape, np.float32)) for shape in ((3, 2), (2,))]
    )

    @property
    def layers(self) -> list["FakeLayer"]:
        return [FakeLayer(self.weights)]

    @property
    def optimizer(self) -> "FakeLayer":
        return FakeLayer(self.weights[:1])

    def get_weights(self) -> list[NDArray[np.float32]]:
        return [variable.value for variable in self.weights]

    def set_weights(self, values: list[NDArray[np.float32]]) -> None:
        for variable, value in zip(self.weights, values, strict=True):
            variable.assign(value)


@dataclass
class FakeLayer:
    variables: list[FakeVariable]


@pytest.fixture
def lab(tmp_path: Path, small_experiment: Experiment) -> Lab:
    """Return a lab with one file of each kind."""
    lab = Lab(tmp_path, new_lab_id())
    lab.keep_experiment(small_experiment)
    lab.keep_current_run("20260101-120000-abcdef")
    lab.keep_drawing([np.array([[1.0, 2.0], [3.0, 4.0]])])
    lab.change_collection(lambda collection: collection.with_drawing(SPLIT.images[0], 3))
    lab.note_evicted("old", EvictionReason.AGE)
    run = lab.runs.create(small_experiment)
    write_annotations(run, Annotations(name="mine", pinned=True))
    save_data(DATA, run.own_data_path)
    for path in (run.initial_path, run.live_path, *(run.folder / "snapshots" / f"00{epoch}.npz" for epoch in range(2))):
        save_weights(path, FakeModel())
    save_checkpoint(run.checkpoint_path, FakeModel(), POSITION)
    figures = {"step": 5, "images": 500, "loss": 2.1, "accuracy": 0.25, "seconds": 0.5}
    with EventWriter(run.events_path) as writer:
        writer.write(EventKind.STATE, state="starting")
        writer.write(EventKind.PLAN, epochs=2, steps_per_epoch=5, images_per_epoch=500, parameters=9)
        writer.write(EventKind.BATCH, **{**figures, "step": 1, "images": 100}, learning_rate=0.1)
        writer.write(EventKind.DIGITS, step=3, answers=[1, 2], confidences=[0.5, 1.0])
        writer.write(EventKind.RATE, step=3, images=300, learning_rate=0.2)
        writer.write(EventKind.BATCH, **figures, learning_rate=0.1)
        writer.write(EventKind.EPOCH, epoch=1, val_loss=2.0, val_accuracy=0.5, **figures)
        writer.write(EventKind.RESUME, epoch=1, step=5, reported=5, seconds=0.5)
    run.mark(RunState.FAILED, StopReason(code=StopCode.DIVERGED, batch=7))
    snapshot = run.snapshots[-1]
    for part, predictions in ((VALIDATION, replace(ANSWERS, probabilities=None)), (TEST, ANSWERS)):
        keep_predictions(snapshot, snapshot_digest(snapshot), part, predictions)
    read_summary(run)
    return lab


def the_run(lab: Lab) -> Run:
    # The caches are cleared, because their keys are size and time, and a disk's clock is too coarse for fast writes.
    run_module._events_when.cache_clear()
    run_module._experiment_when.cache_clear()
    (folder,) = lab.runs.folder.glob("2*")
    return Run(folder)


def figures(lab: Lab) -> object:
    """Return everything that pages read from events."""
    run = the_run(lab)
    history = run.history()
    numbers = (history.progress, history.seconds, history.images_per_second or 0.0, history.seconds_left or 0.0)
    assert all(math.isfinite(number) and number >= 0 for number in numbers)
    assert history.progress <= 1
    assert all(len(row) == len(rows["step"]) for rows in (history.batches, history.epochs) for row in rows.values())
    assert isinstance(run.state, RunState)
    assert run.last_ending is None or not run.last_ending[0].is_active
    assert isinstance(reached_by(run), Position)
    return run.reason


def weights(path: Path) -> list[Any]:
    model = FakeModel([FakeVariable(np.zeros(shape, np.float32)) for shape in ((3, 2), (2,))])
    load_weights(path, model)
    return [values.tolist() for values in model.get_weights()]


def checkpoint(lab: Lab) -> object:
    path = the_run(lab).checkpoint_path
    assert isinstance(reached_by(the_run(lab)), Position)
    model = FakeModel([FakeVariable(np.zeros(shape, np.float32)) for shape in ((3, 2), (2,))])
    position = load_checkpoint(path, model)
    assert read_position(path) == position
    return position, [values.tolist() for values in model.get_weights()]


def predictions(part: str) -> Callable[[Lab], object]:
    """Return a reader of the kept predictions for a part of the data."""

    def read(lab: Lab) -> object:
        found = read_predictions(the_run(lab).snapshots[-1], part)
        if found is None:
            return None
        others = [] if found.probabilities is None else found.probabilities.tolist()
        return found.labels.tolist(), found.classes.tolist(), found.confidences.tolist(), others

    return read


def kept_summary(lab: Lab) -> object:
    """Return the kept summary; a page computes a damaged one again."""
    run = the_run(lab)
    return summary._kept(run, summary._sources(run))


Reader = Callable[[Lab], object]

# Each entry holds a file's name, its reader, and the errors of the reader for damage; none if it returns a default.
READERS: dict[str, tuple[Reader, tuple[type[Exception], ...]]] = {
    "labs/*.json": (lambda lab: lab.experiment, ()),
    "labs/*.run": (lambda lab: lab.current_run, ()),
    "drawings/*/current.json": (lambda lab: [stroke.tolist() for stroke in lab.drawing], ()),
    "drawings/*/collection.npz": (lambda lab: lab.collection.images.tolist(), ()),
    "runs/*/dropped.json": (lambda lab: lab.evicted, ()),
    "runs/*/*/about.json": (lambda lab: read_annotations(the_run(lab)), ()),
    "runs/*/*/events.jsonl": (figures, ()),
    "runs/*/*/experiment.json": (lambda lab: the_run(lab).experiment, (ValueError,)),
    "runs/*/*/data.npz": (
        lambda lab: (load_data(the_run(lab).own_data_path).digest, load_sizes(the_run(lab).own_data_path)),
        (DataError,),
    ),
    "runs/*/*/summary.json": (kept_summary, ()),
    "runs/*/*/predictions/001-validation.npz": (predictions(VALIDATION), ()),
    "runs/*/*/predictions/001-test.npz": (predictions(TEST), ()),
    "runs/*/*/state.npz": (checkpoint, (DamagedFileError,)),
    "runs/*/*/initial.npz": (lambda lab: weights(the_run(lab).initial_path), (DamagedFileError,)),
    "runs/*/*/snapshots/live.npz": (lambda lab: weights(the_run(lab).live_path), (DamagedFileError,)),
    "runs/*/*/snapshots/001.npz": (
        lambda lab: weights(the_run(lab).folder / "snapshots" / "001.npz"),
        (DamagedFileError,),
    ),
}


def damages(content: bytes, suffix: str, chance: random.Random) -> Iterator[bytes]:
    yield from (b"", b"\0", b"\xff\xfe", b"PK\x03\x04", b"{", bytes(chance.randbytes(500)))
    for _ in range(CHANCES):
        yield content[: chance.randrange(len(content))]
        torn = bytearray(content)
        for _ in range(chance.choice((1, 1, 5))):
            torn[chance.randrange(len(torn))] ^= chance.randrange(1, 256)
        yield bytes(torn)
    if suffix == ".npz":
        yield from npz_damages(content)
    elif suffix in (".json", ".jsonl"):
        yield from json_damages(content.decode(), chance)


def json_damages(text: str, chance: random.Random) -> Iterator[bytes]:
    """Yield the file with a hostile value in place of a line or of one of its values, or beside them."""
    lines = text.splitlines() if text.count('"kind"') else [text]
    for number, line in enumerate(lines):
        for hostile in HOSTILE if len(lines) == 1 else chance.sample(HOSTILE, 5):
            for changed in (hostile, f'{{"more": {hostile}, {line.strip()[1:]}', _changed(line, hostile, chance)):
                yield "\n".join([*lines[:number], changed, *lines[number + 1 :], ""]).encode()


def _changed(line: str, hostile: str, chance: random.Random) -> str:
    """Replace one of the values in a JSON text, at any depth, by another text."""
    value = json.loads(line)
    owner, places = value, list(value)
    while True:
        key = chance.choice(places)
        inner = owner[key]
        if not isinstance(inner, dict | list) or not inner or chance.random() < 0.3:
            break
        owner, places = inner, list(inner) if isinstance(inner, dict) else list(range(len(inner)))
    owner[key] = "HOSTILE"
    return json.dumps(value).replace('"HOSTILE"', hostile)


def npz_damages(content: bytes) -> Iterator[bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for method in (zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2):
        yield _zipped(members, method)
    flat, names = np.zeros(3, np.float32), list(members)
    yield from (_zipped({}), _zipped({**members, "more.npy": _npy(flat)}), _zipped({**members, "more": b"text"}))
    for name, member in members.items():
        array = np.lib.format.read_array(io.BytesIO(member))
        if array.dtype.kind == "U":  # a text has no other number type
            array = np.zeros((2, 2))
        yield _zipped({other: members[other] for other in names if other != name})
        yield _zipped({**members, name: member[6:]})
        yield _zipped({**members, name: member[:-1]})
        yield _zipped({**members, name: _promise(10**13)})
        for other in (
            flat, array[..., None], array.astype(np.complex64), array.astype("<U9"), np.float32(3), np.zeros((0,)),
            array.astype([("a", "u1")]) if array.ndim else flat, np.array([{}], object), array.astype(">f8"),
        ):  # fmt: skip
            yield _zipped({**members, name: _npy(np.asarray(other))})
    if "about.npy" in members:
        about = np.lib.format.read_array(io.BytesIO(members["about.npy"])).tobytes().decode()
        for damaged in list(json_damages(about, random.Random(1)))[::2]:
            yield _zipped({**members, "about.npy": _npy(np.frombuffer(damaged, np.uint8))})


def _zipped(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def _npy(array: NDArray[Any]) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, array, allow_pickle=True)
    return file.getvalue()


def _promise(size: int) -> bytes:
    """Return the header of an array of the given number of bytes, without the array."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": (size,)})
    return header.getvalue()


@pytest.mark.parametrize("name", READERS)
def test_a_damaged_file_has_one_documented_answer(name: str, lab: Lab) -> None:
    read, accepted = READERS[name]
    (path,) = lab.home.glob(name)
    content, whole = path.read_bytes(), read(lab)
    answers: list[object] = []
    messages: list[str] = []
    for damaged in damages(content, path.suffix, random.Random(name)):
        path.write_bytes(damaged)
        try:
            answers.append(read(lab))
        except accepted as error:
            answers.append(None)
            messages.append(str(error))
    assert any(answer != whole for answer in answers)
    assert all(5 < len(message) <= LONGEST_MESSAGE for message in messages)
    if path.suffix == ".npz":
        # The checksum finds every random change; a crafted file may hold another array.
        assert all(answer == whole or answer in (None, []) for answer in answers[: 6 + 2 * CHANCES])
    path.unlink()
    if accepted:
        with pytest.raises((OSError, DataError)):
            read(lab)
    else:
        read(lab)


def test_a_folder_in_the_place_of_a_file_is_an_error_of_the_disk(tmp_path: Path) -> None:
    for read in (lambda: read_json(tmp_path, 10), lambda: read_npz(tmp_path)):
        with pytest.raises(IsADirectoryError):
            read()


def test_a_file_that_is_too_long_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "file.npz"
    path.write_bytes(_zipped({"a.npy": _npy(np.zeros(1000, np.uint8))}, zipfile.ZIP_DEFLATED))
    assert len(read_npz(path, most=2000)["a"]) == 1000
    with pytest.raises(DamagedFileError, match=r"^file\.npz is damaged: it unpacks to more than 1,000 bytes\.$"):
        read_npz(path, most=1000)
    path.write_text("[1, 2]")
    assert read_json(path, 6) == [1, 2]
    with pytest.raises(DamagedFileError, match=r"^file\.npz is damaged: it has more than 5 bytes\.$"):
        read_json(path, 5)


def test_a_message_names_the_damage_and_is_short() -> None:
    error = DamagedFileError("state.npz", "x\n" * 94_000)
    assert len(str(error)) <= LONGEST_MESSAGE
    assert str(error).isprintable()


def test_the_last_of_too_many_events_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "events.jsonl"
    state = '{"kind":"state","state":"%s"}\n'
    path.write_text(state % "training" * 1000 + state % "failed")
    monkeypatch.setattr(events, "MAX_BYTES", 200)
    assert [event["state"] for event in read_events(path)] == ["training"] * 4 + ["failed"]
    path.write_text(state % "training" + '{"kind":"state","state":"failed","more":"' + "x" * 20_000 + '"}\n')
    monkeypatch.setattr(events, "MAX_BYTES", 100_000)
    assert [event["state"] for event in read_events(path)] == ["training"]


def test_a_damaged_collection_is_renamed_and_stays_beside_the_new_one(lab: Lab) -> None:
    (path,) = lab.home.glob("drawings/*/collection.npz")
    path.write_bytes(b"damaged")
    lab.change_collection(lambda collection: collection.with_drawing(SPLIT.images[1], 9))
    assert lab.collection.labels.tolist() == [9]
    assert path.with_name("damaged.npz").read_bytes() == b"damaged"
    assert isinstance(lab.collection, Collection)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epoch", -1), ("batch", 1.0), ("last_epoch", 501), ("seconds", float("nan")), ("seconds", "1"),
        ("rate_factor", None), ("sums", (1, 2.0)), ("sums", (-1, 2.0, 3.0)), ("reported", [0, 0.0, 0.0]),
        ("best_loss", float("inf")), ("target_reached", 1), ("waited", True), ("reported_step", 10**400),
    ],
)  # fmt: skip
def test_a_position_that_no_training_reaches_is_refused(name: str, value: object) -> None:
    """The check prevents checkpoints that could not be read."""
    with pytest.raises(ValueError, match=rf"{name} is .*; accepted is|does not lie within"):
        Position(**{"epoch": 0, "batch": 0, "first_epoch": 0, "last_epoch": 5, name: value})  # type: ignore[arg-type]
