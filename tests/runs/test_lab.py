"""A lab loses nothing between two tabs or on a full disk, and its uploaded data stay within bounds."""

import dataclasses
import json
import os
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mnist_demo.data import MnistData, Split, SplitName, load_data, load_sizes
from mnist_demo.drawing.collection import Collection
from mnist_demo.experiment import DataReference, Experiment
from mnist_demo.runs import (
    Annotations,
    Lab,
    Run,
    StoreFullError,
    StoreLimits,
    keep_data,
    make_room,
    new_lab_id,
    sweep,
    write_annotations,
)
from tests.data.files import some_images

WIDE = StoreLimits()
SMALL = StoreLimits(max_data_megabytes=100)
SHARE = StoreLimits(max_lab_megabytes=100)
HOUR = 3_600.0

SPLIT = Split(*some_images(6))
SHOES = MnistData("Shoes", SPLIT[:3], SPLIT[3:4], SPLIT[4:])

Bring = Callable[..., Path]
TrainOn = Callable[[str], Run]


def about(letter: str) -> DataReference:
    """Return a reference to data whose digest repeats one letter."""
    return DataReference(f"set {letter}", letter * 64)


def place(lab: Lab, reference: DataReference) -> Path:
    """Return the file of uploaded data, which every reference but MNIST's has."""
    path = lab.data(reference)
    assert path is not None
    return path


def nobody(folder: Path) -> bool:
    return False


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path, new_lab_id())


@pytest.fixture
def bring(lab: Lab) -> Bring:
    """Return a function that puts data of a given size into a lab, last used some hours ago."""

    def put(letter: str, hours: float, megabytes: int = 1, into: Lab = lab) -> Path:
        path = place(into, about(letter))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.truncate(path, megabytes * 1_000_000)
        then = time.time() - hours * HOUR
        os.utime(path, (then, then))
        return path

    return put


@pytest.fixture
def train_on(lab: Lab, small_experiment: Experiment) -> TrainOn:
    """Return a function that makes a run of the lab on given data."""

    def create(letter: str) -> Run:
        return lab.runs.create(dataclasses.replace(small_experiment, data=about(letter)))

    return create


def test_unused_data_are_evicted_after_an_hour(
    lab: Lab, bring: Bring, train_on: TrainOn, small_experiment: Experiment
) -> None:
    unused, fresh, of_run, of_bin, on_bench = (bring(letter, 0 if letter == "b" else 2) for letter in "abcde")
    half_written = place(lab, about("f")).with_name(".torn.npz.1234")
    half_written.write_bytes(b"")
    os.utime(half_written, (0, 0))
    train_on("c")
    lab.runs.discard(train_on("d").id)
    lab.keep_experiment(dataclasses.replace(small_experiment, data=about("e")))
    assert not sweep(lab.home, WIDE, nobody)
    assert not unused.exists()
    assert not half_written.exists()
    assert all(path.exists() for path in (fresh, of_run, of_bin, on_bench))


def test_the_longest_unused_data_are_evicted_and_never_those_of_an_active_run(
    lab: Lab, bring: Bring, train_on: TrainOn
) -> None:
    oldest, older, newest = bring("a", 30, 60), bring("b", 20, 60), bring("c", 0, 60)
    active = train_on("a").folder
    train_on("b")
    sweep(lab.home, SMALL, lambda folder: folder == active)
    assert oldest.exists()
    assert not older.exists()
    # The data are still beyond the limit, so the newest are evicted too, although they were uploaded a moment ago.
    assert not newest.exists()


def test_an_empty_home_and_unknown_names_are_skipped(tmp_path: Path) -> None:
    sweep(tmp_path, WIDE, nobody)
    strange = tmp_path / "data" / "not a lab" / "a.npz"
    strange.parent.mkdir(parents=True)
    strange.touch()
    os.utime(strange, (0, 0))
    sweep(tmp_path, WIDE, nobody)
    assert strange.exists()


@pytest.mark.parametrize("limits", [SMALL, StoreLimits(max_data_megabytes=100, max_lab_megabytes=130)])
def test_the_data_of_a_pinned_run_stay(lab: Lab, bring: Bring, train_on: TrainOn, limits: StoreLimits) -> None:
    of_pinned, of_loose, newest = bring("a", 30, 60), bring("b", 20, 60), bring("c", 0, 60)
    write_annotations(train_on("a"), Annotations(pinned=True))
    train_on("b")
    sweep(lab.home, limits, nobody)
    assert of_pinned.exists()
    assert not of_loose.exists()
    assert not newest.exists()


def test_the_data_of_a_pinned_run_stay_for_an_upload(lab: Lab, bring: Bring, train_on: TrainOn) -> None:
    of_pinned, newer = bring("a", 30, 60), bring("b", 20, 60)
    write_annotations(train_on("a"), Annotations(pinned=True))
    reference = keep_data(lab, SHOES, SHARE, nobody)
    assert of_pinned.exists()
    assert not newer.exists()
    assert load_data(place(lab, reference)).digest == SHOES.digest


def test_an_upload_beyond_the_share_evicts_the_oldest_of_its_own_lab_alone(lab: Lab, bring: Bring) -> None:
    other = Lab(lab.home, new_lab_id())
    oldest, newer = bring("a", 30, 60), bring("b", 20, 60)
    # The other lab's data are older and larger than everything in this lab.
    of_other = bring("c", 90, 300, other)
    reference = keep_data(lab, SHOES, SHARE, nobody)
    assert not oldest.exists()
    assert newer.exists()
    assert of_other.exists()
    assert load_data(place(lab, reference)).digest == SHOES.digest


def test_a_sweep_evicts_from_a_lab_beyond_its_share_alone(lab: Lab, bring: Bring, train_on: TrainOn) -> None:
    other = Lab(lab.home, new_lab_id())
    train_on("a")
    train_on("b")
    oldest, newer, of_other = bring("a", 1, 60), bring("b", 0.5, 60), bring("c", 0.9, 60, other)
    assert not sweep(lab.home, SHARE, nobody)
    assert not oldest.exists()
    assert newer.exists()
    assert of_other.exists()


def test_an_upload_that_does_not_fit_is_refused_and_evicts_nothing(lab: Lab, bring: Bring, train_on: TrainOn) -> None:
    other = Lab(lab.home, new_lab_id())
    of_pinned, loose, of_other = bring("a", 30, 100), bring("b", 20, 10), bring("c", 90, 300, other)
    pinned, run = train_on("a"), train_on("b")
    write_annotations(pinned, Annotations(pinned=True))
    with pytest.raises(StoreFullError, match="may keep 100 MB, and all it has is pinned or in use"):
        keep_data(lab, SHOES, SHARE, nobody)
    assert sorted(path.name for path in of_pinned.parent.iterdir()) == sorted([of_pinned.name, loose.name])
    assert [kept.id for kept in lab.runs] == [run.id, pinned.id]
    assert lab.evicted is None
    assert of_other.exists()
    with pytest.raises(StoreFullError, match="unpin or delete a run"):
        make_room(lab, SHARE, nobody)
    assert [kept.id for kept in lab.runs] == [run.id, pinned.id]


def test_two_tabs_that_keep_drawings_at_once_lose_none(lab: Lab) -> None:
    each, tabs = 20, 4
    together = threading.Barrier(tabs)

    def draw(tab: int) -> None:
        # Each tab opens the lab of its own.
        opened = Lab(lab.home, lab.id)
        together.wait()
        for number in range(each):
            image = np.full((28, 28), tab * each + number + 1, np.uint8)

            def add(before: Collection, image: np.ndarray = image) -> Collection:
                time.sleep(0.001)  # gives the other tab its turn, if no lock prevents this
                return before.with_drawing(image, tab)

            opened.change_collection(add)

    threads = [threading.Thread(target=draw, args=(tab,)) for tab in range(tabs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = lab.collection
    assert sorted(kept.images[:, 0, 0].tolist()) == list(range(1, tabs * each + 1))
    for tab in range(tabs):
        # The drawings of each tab are in the order in which they were drawn.
        of_tab = kept.images[kept.labels == tab, 0, 0].tolist()
        assert of_tab == list(range(tab * each + 1, (tab + 1) * each + 1))
    assert [path.name for path in (lab.home / "drawings" / lab.id).iterdir()] == ["collection.npz"]


@pytest.mark.parametrize("at", ["experiment", "filling", "renaming"])
def test_a_full_disk_leaves_no_run_folder(
    lab: Lab, small_experiment: Experiment, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    before = lab.runs.create(small_experiment)

    def full_disk(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    def fill(run: Run) -> None:
        (run.folder / "half").write_bytes(b"half")
        if at == "filling":
            full_disk()

    with monkeypatch.context() as patch:
        if at == "experiment":
            write = Path.write_bytes

            def half(path: Path, content: bytes) -> int:
                write(path, content[: len(content) // 2])
                raise OSError(28, "No space left on device")

            patch.setattr(Path, "write_bytes", half)
            patch.setattr(Path, "write_text", full_disk)
        if at == "renaming":
            patch.setattr(Path, "rename", full_disk)
        with pytest.raises(OSError, match="No space left"):
            lab.runs.create(small_experiment, fill)
    assert [path.name for path in lab.runs.folder.iterdir()] == [before.id]
    assert [run.id for run in lab.runs] == [before.id]
    # After the disk has room again, the next run is complete.
    assert lab.runs.create(small_experiment).experiment == small_experiment


def test_uploaded_data_are_stored_compressed(lab: Lab) -> None:
    blank = Split(np.zeros((500, 28, 28), np.uint8), np.zeros(500, np.uint8))
    data = MnistData("Blank", blank, blank, blank)
    path = place(lab, lab.keep_data(data))
    with zipfile.ZipFile(path) as archive:
        assert {member.compress_type for member in archive.infolist()} == {zipfile.ZIP_DEFLATED}
    assert path.stat().st_size < 3 * 500 * 784 / 20
    assert load_data(path).digest == data.digest


def test_an_uncompressed_file_of_the_former_version_is_still_read(lab: Lab) -> None:
    path = place(lab, DataReference("Shoes", SHOES.digest))
    path.parent.mkdir(parents=True)
    # The former `save_data` wrote the same members without compression.
    said = {"version": 1, "name": SHOES.name, "class_names": SHOES.class_names, "seed": SHOES.seed}
    arrays = {"about": np.frombuffer(json.dumps(said).encode(), dtype=np.uint8)}
    for split in SplitName:
        arrays |= {f"{split}_images": SHOES.split(split).images, f"{split}_labels": SHOES.split(split).labels}
    with path.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]
    with zipfile.ZipFile(path) as archive:
        assert {member.compress_type for member in archive.infolist()} == {zipfile.ZIP_STORED}
    former = path.read_bytes()
    assert load_data(path).digest == SHOES.digest
    assert load_data(path).name == "Shoes"
    assert load_sizes(path) == (3, 1)
    # Uploaded again, an undamaged file stays, and a truncated file is written anew.
    assert place(lab, keep_data(lab, SHOES, WIDE, nobody)) == path
    assert path.read_bytes() == former
    path.write_bytes(former[:-100])
    lab.keep_data(SHOES)
    assert load_data(path).digest == SHOES.digest


def test_the_steps_of_lessons_are_kept_and_a_damaged_file_holds_none(home: Path) -> None:
    lab = Lab(home, new_lab_id())
    lab.keep_lesson_step("codelab", 4)
    lab.keep_lesson_step("overfitting", 1)
    lab.keep_lesson_step("codelab", 2)
    assert lab.lesson_steps == {"overfitting": 1, "codelab": 2}
    for number in range(120):
        lab.keep_lesson_step(f"lesson-{number}", 1)
    assert len(lab.lesson_steps) == 100
    path = lab.home / "labs" / f"{lab.id}.lessons"
    for damaged in (b"{", b"[1]", b'{"codelab": "x"}', b'{"codelab": null}'):
        path.write_bytes(damaged)
        assert lab.lesson_steps == {}
