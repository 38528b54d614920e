import gzip
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnist_demo.data import FASHION_MNIST_CLASS_NAMES, MAX_UPLOAD_BYTES, DataError, Upload, load_mnist, read_uploads
from mnist_demo.data.mnist import MNIST_PATH
from tests.data.files import idx, idx_gz, npz, one_hot, some_images, sprite, uploads

IMAGES, LABELS = some_images(28)
TEST_IMAGES, TEST_LABELS = some_images(4, seed=1)
NPZ = npz(x_train=IMAGES, y_train=LABELS, x_test=TEST_IMAGES, y_test=TEST_LABELS)


def test_uploaded_mnist_equals_the_bundled_mnist() -> None:
    data = read_uploads([Upload("mnist.npz", MNIST_PATH.read_bytes())])
    assert data.digest == load_mnist().digest
    assert data.name == "mnist"


FOUR_IDX = uploads(
    train__images__idx3__ubyte=idx(IMAGES),
    t10k__labels__idx1__ubyte=idx_gz(TEST_LABELS),
    t10k__images__idx3__ubyte=idx_gz(TEST_IMAGES),
    train__labels__idx1__ubyte=idx(LABELS),
)
FOUR_SPRITES = uploads(
    train=sprite(IMAGES), train__labels=LABELS.tobytes(), test=sprite(TEST_IMAGES), test__labels=one_hot(TEST_LABELS)
)


@pytest.mark.parametrize("files", [[Upload("a", NPZ)], FOUR_IDX, FOUR_IDX[::-1], FOUR_SPRITES])
def test_names_tell_the_training_set_from_the_test_set(files: list[Upload]) -> None:
    data = read_uploads(files)
    # The last twelfth of 28 training images validates, which is 2.
    assert np.array_equal(data.train.images, IMAGES[:26])
    assert np.array_equal(data.train.labels, LABELS[:26])
    assert np.array_equal(data.validation.images, IMAGES[26:])
    assert np.array_equal(data.validation.labels, LABELS[26:])
    assert np.array_equal(data.test.images, TEST_IMAGES)
    assert np.array_equal(data.test.labels, TEST_LABELS)


@pytest.mark.parametrize(
    "files",
    [
        [Upload("a", npz(x_train=IMAGES, y_train=LABELS))],
        uploads(a=idx(IMAGES), b=idx(LABELS)),
        uploads(a=idx_gz(LABELS), b=idx(IMAGES)),
        uploads(a=LABELS.tobytes(), b=sprite(IMAGES, "RGBA")),
        uploads(a=sprite(IMAGES, "RGB"), b=one_hot(LABELS)),
    ],
)
def test_a_training_set_alone_is_divided_as_mnist_is(files: list[Upload]) -> None:
    data = read_uploads(files)
    # The last seventh of 28 images is 4, and the last twelfth of the other 24 is 2.
    assert np.array_equal(data.train.images, IMAGES[:22])
    assert np.array_equal(data.validation.images, IMAGES[22:24])
    assert np.array_equal(data.test.images, IMAGES[24:])
    assert np.array_equal(data.test.labels, LABELS[24:])


def test_all_of_mnist_in_one_file_is_divided_as_the_bundled_mnist() -> None:
    mnist = load_mnist()
    splits = (mnist.train, mnist.validation, mnist.test)
    images, labels = (np.concatenate([getattr(split, what) for split in splits]) for what in ("images", "labels"))
    data = read_uploads(uploads(a=gzip.compress(idx(images), 1), b=idx(labels)))
    assert data.digest == mnist.digest


def test_the_codelabs_sprite_keeps_its_test_set() -> None:
    images = np.zeros((65_000, 28, 28), dtype=np.uint8)
    labels = (np.arange(65_000) // 5_000 % 10).astype(np.uint8)
    data = read_uploads(
        uploads(mnist_images=sprite(images), mnist_labels_uint8=np.eye(10, dtype=np.uint8)[labels].tobytes())
    )
    assert (len(data.train), len(data.validation), len(data.test)) == (50_000, 5_000, 10_000)
    assert np.array_equal(np.concatenate([data.train.labels, data.validation.labels, data.test.labels]), labels)


def test_three_images_are_enough_to_divide() -> None:
    data = read_uploads(uploads(a=idx(IMAGES[:3]), b=idx(LABELS[:3])))
    assert (len(data.train), len(data.validation), len(data.test)) == (1, 1, 1)


def test_given_class_names_are_used() -> None:
    assert read_uploads([Upload("a", NPZ)]).class_names == tuple("0123456789")
    data = read_uploads([Upload("a", NPZ)], list(FASHION_MNIST_CLASS_NAMES))
    assert data.class_names == FASHION_MNIST_CLASS_NAMES
    with pytest.raises(DataError, match="There are 3 class names"):
        read_uploads([Upload("a", NPZ)], ["a", "b", "c"])


@pytest.mark.parametrize(
    ("file_name", "name"),
    [
        ("fashion-mnist.npz", "fashion mnist"),
        ("C:\\data\\Kuzushiji_train.npz", "Kuzushiji"),
        ("../../etc/passwd", "passwd"),
        ("emnist-digits-train-images-idx3-ubyte.gz", "emnist digits"),
        ("train-images-idx3-ubyte.gz", "Uploaded data"),
        ("", "Uploaded data"),
        ("a\x00b\n.npz", "a b"),
        ("é" * 300, "é" * 80),
        ("数字.npz", "数字"),
    ],
)
def test_data_is_named_after_its_file(file_name: str, name: str) -> None:
    assert read_uploads([Upload(file_name, NPZ)]).name == name


def test_a_given_name_is_used() -> None:
    assert read_uploads([Upload("a.npz", NPZ)], name="My digits").name == "My digits"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ([], "There are 0 files: accepted is one Keras .npz, or IDX files"),
        (uploads(a=NPZ, b=NPZ, c=NPZ, d=NPZ, e=NPZ), "There are 5 files"),
        (uploads(a=b""), "'a' has 0 bytes: accepted are 1 to 20,971,520"),
        (uploads(a=bytes(MAX_UPLOAD_BYTES + 1)), r"'a' has 20,971,521 bytes: .* \(20 MB\)"),
        (uploads(a=b"hello there"), "'a' begins with 68 65 6c 6c 6f 20 74 68, which is none of the formats"),
        (uploads(a=NPZ, b=NPZ), "'a' is one of 2 files: accepted is one Keras .npz by itself"),
        (uploads(a=sprite(IMAGES), b=NPZ), "'b' is one of 2 files"),
        (uploads(a=idx(IMAGES)), "Of 'a', 1 hold images and 0 hold labels: accepted is"),
        (uploads(a=sprite(IMAGES)), "Of 'a', 1 hold images and 0 hold labels"),
        (uploads(a=idx(LABELS), b=idx(LABELS)), "Of 'a', 'b', 0 hold images and 2 hold labels"),
        (uploads(a=idx(IMAGES), b=idx(LABELS), c=idx(LABELS)), "1 hold images and 2 hold labels"),
        (uploads(a=idx(IMAGES), b=idx(TEST_LABELS)), "'a' holds 28 images and 'b' 4 labels: accepted is one label"),
        (uploads(a=sprite(IMAGES), b=TEST_LABELS.tobytes()), "'b' has 4 bytes for 28 images"),
        (uploads(a=sprite(IMAGES), b=idx(TEST_LABELS)), "'b' has 12 bytes for 28 images"),
        (uploads(a=idx(IMAGES[:2]), b=idx(LABELS[:2])), "'a' brings 2 images to train with: accepted are 3 or more"),
        (
            [Upload("a", npz(x_train=IMAGES[:1], y_train=LABELS[:1], x_test=IMAGES, y_test=LABELS))],
            "'a' brings 1 images to train with: accepted are 2 or more",
        ),
        (
            uploads(one=idx(IMAGES), one__labels=idx(LABELS), two=idx(IMAGES), two__labels=idx(LABELS)),
            "Of 'one' and 'two' the names do not tell which is the test set",
        ),
        (
            uploads(test=idx(IMAGES), x=idx(LABELS), t10k=idx(IMAGES), y=idx(LABELS)),
            "Of 'test' and 't10k' the names do not tell",
        ),
    ],
)
def test_files_that_do_not_fit_are_refused_with_what_is_accepted(files: list[Upload], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_uploads(files)


def test_a_hostile_name_is_shown_short_and_printable() -> None:
    with pytest.raises(DataError) as caught:
        read_uploads([Upload("\x1b[31m\n" + "x" * 10_000, b"hello")])
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400


VALID = [
    [Upload("a.npz", NPZ)],
    FOUR_IDX,
    uploads(images=idx_gz(IMAGES[:4]), labels=idx_gz(LABELS[:4])),
    uploads(images=sprite(IMAGES[:4]), labels=LABELS[:4].tobytes()),
    uploads(images=sprite(IMAGES[:4], "P"), labels=one_hot(LABELS[:4])),
]


def read_or_refuse(files: list[Upload]) -> None:
    """Read files, and check that they soon give data or a `DataError` of one printable sentence."""
    start = time.process_time()
    try:
        data = read_uploads(files)
    except DataError as error:
        sentence = str(error)
    else:
        sentence = "."
        assert len(data.train) >= 1
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert time.process_time() - start < 1


@given(st.lists(st.binary(max_size=100), max_size=4))
def test_random_bytes_are_refused_or_read(contents: list[bytes]) -> None:
    read_or_refuse([Upload("some", content) for content in contents])


@settings(max_examples=200)
@given(st.sampled_from(VALID), st.data())
def test_damaged_files_are_refused_or_read(files: list[Upload], draw: st.DataObject) -> None:
    number = draw.draw(st.integers(0, len(files) - 1))
    content = bytearray(files[number].content)
    match draw.draw(st.sampled_from(["cut", "flip", "drop", "repeat", "noise"])):
        case "cut":
            content = content[: draw.draw(st.integers(0, len(content)))]
        case "flip":
            for _ in range(draw.draw(st.integers(1, 4))):
                # Half of the flipped bits are at the ends of the file, where headers and directories are.
                near_an_end = st.integers(-64, 63)
                place = draw.draw(st.one_of(near_an_end, st.integers(0, len(content) - 1)))
                content[place % len(content)] ^= 1 << draw.draw(st.integers(0, 7))
        case "drop":
            start = draw.draw(st.integers(0, len(content) - 1))
            del content[start : start + draw.draw(st.integers(1, 64))]
        case "repeat":
            content *= 2
        case "noise":
            content[: draw.draw(st.integers(0, 64))] = draw.draw(st.binary(max_size=64))
    read_or_refuse([*files[:number], Upload(files[number].name, bytes(content)), *files[number + 1 :]])
