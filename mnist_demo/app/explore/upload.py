"""Data other than MNIST: the visitor's uploads, and the return to MNIST."""

from collections.abc import Sequence
from enum import StrEnum

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from mnist_demo import fields
from mnist_demo.app.session import current, datasets
from mnist_demo.app.words import could_not, escape_markdown
from mnist_demo.data import FASHION_MNIST_CLASS_NAMES, MAX_UPLOAD_BYTES, DataError, MnistData, Upload, read_uploads
from mnist_demo.data.errors import quoted
from mnist_demo.experiment import DataReference
from mnist_demo.experiment.settings import TrainingSettings

_ROUND, _TAKEN = "upload_round", "upload_taken"


class _Names(StrEnum):
    """The source of the names of the ten classes."""

    DIGITS = "digits"
    FASHION = "fashion"
    OWN = "own"


_NAMES = {_Names.DIGITS: "0 to 9", _Names.FASHION: "Fashion-MNIST", _Names.OWN: "My own"}


def panel() -> None:
    """Draw the upload of other data and the return to MNIST."""
    st.markdown(
        "Bring ten classes of 28×28 images: one Keras `.npz`, or IDX files of images and of labels, plain or `.gz` "
        "(a training set, or a training and a test set), or the codelab's sprite PNG with its labels. Every page "
        "works on them then."
    )
    # The widget has a new key after each upload, because only a new widget forgets its files.
    turn = st.session_state.setdefault(_ROUND, 0)
    files = st.file_uploader(
        f"Files, up to {MAX_UPLOAD_BYTES // 2**20} MB each", accept_multiple_files=True, key=f"upload_files_{turn}"
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        choice = st.segmented_control(
            "Class names",
            list(_Names),
            default=_Names.DIGITS,
            required=True,
            format_func=lambda names: _NAMES[names],
            key="upload_names",
        )
        own = ""
        if choice == _Names.OWN:
            own = st.text_input(
                "Ten names, separated by commas", max_chars=300, placeholder="ant, bee, cat, …", key="upload_own_names"
            )
    if st.button("Use this data", type="primary", icon=":material/upload:", disabled=not files, key="upload_use"):
        _take(files, _class_names(choice, own))


def say_what_was_taken() -> None:
    """Show the result of an upload, one run later: a toast of a run that starts another run may never be seen."""
    if taken := st.session_state.pop(_TAKEN, None):
        st.toast(taken, icon=":material/check_circle:")


def back_to_mnist() -> None:
    """Draw the button that returns from uploaded data to MNIST."""
    st.button("Back to MNIST", icon=":material/undo:", key="use_mnist", on_click=_use_mnist)


def _use_mnist() -> None:
    current.use_data(DataReference())
    # The whole page is drawn again, also when the button is in a fragment, because all of it shows other data now.
    st.rerun()


def _class_names(choice: _Names | None, own: str) -> Sequence[str] | None:
    match choice:
        case _Names.FASHION:
            return FASHION_MNIST_CLASS_NAMES
        case _Names.OWN:
            return own.split(",")
    return None


def _take(files: Sequence[UploadedFile], class_names: Sequence[str] | None) -> None:
    try:
        with st.spinner("Reading the files …", show_time=True):
            datasets.make_room()
            data = read_uploads([Upload(file.name, file.getvalue()) for file in files], class_names)
            _check_enough(files[0].name, data)
            current.set_data(data)
    except DataError as error:
        st.error(escape_markdown(str(error)), icon=":material/error:")
        return
    except OSError as error:
        st.error(could_not("The data could not be kept", error), icon=":material/error:")
        return
    _let_go(files)
    st.session_state[_ROUND] += 1
    sizes = f"{len(data.train):,} training, {len(data.validation):,} validation and {len(data.test):,} test images"
    st.session_state[_TAKEN] = f"**{escape_markdown(data.name)}**: {sizes}. Every page works on them now."
    st.rerun()


def _let_go(files: Sequence[UploadedFile]) -> None:
    """Remove read files from the server's memory, where they would stay until two minutes after the visit."""
    context = get_script_run_ctx()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        for file in files:
            context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)


def _check_enough(name: str, data: MnistData) -> None:
    """Check that the data has enough images for an experiment."""
    accepted = fields.field_specs(TrainingSettings)
    for part, found in (("train", len(data.train)), ("validation", len(data.validation))):
        number = accepted[f"{part}_images"]
        if isinstance(number, fields.Number) and found < number.low:
            raise DataError(f"{quoted(name)} leaves {found:,} {part} images: accepted are {number.low:,.0f} or more.")
