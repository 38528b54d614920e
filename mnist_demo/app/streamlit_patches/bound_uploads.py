"""Bounds the server memory that uploaded files take, whether a page uses them or not."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Protocol

from mnist_demo.app.streamlit_patches.patch import Method, Patch
from mnist_demo.data import MAX_FILES, MAX_UPLOAD_BYTES

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFileRec

MAX_SESSION_FILES = 16
"""Most uploaded files that the server holds for one session; a data set has at most `MAX_FILES`."""

MAX_SESSION_BYTES = MAX_FILES * MAX_UPLOAD_BYTES
"""Most bytes of uploaded files that the server holds for one session: one data set of the largest size."""

MAX_ALL_BYTES = 5 * MAX_SESSION_BYTES
"""Most bytes of uploaded files that the server holds for all sessions together."""


class _Manager(Protocol):
    file_storage: Mapping[str, Mapping[str, "UploadedFileRec"]]

    def remove_file(self, session_id: str, file_id: str) -> None: ...


def _change(add: Method) -> Method:
    def add_file(self: _Manager, session_id: str, file: "UploadedFileRec") -> None:
        add(self, session_id, file)
        _drop_oldest(self, session_id, file.file_id)

    return add_file


def _drop_oldest(manager: _Manager, session: str, newest: str) -> None:
    files = list(manager.file_storage[session].values())
    while len(files) > MAX_SESSION_FILES or _size(files) > MAX_SESSION_BYTES:
        # The newest file stays, because `maxUploadSize` bounds it.
        oldest = next((file for file in files if file.file_id != newest), None)
        if oldest is None:
            break
        manager.remove_file(session, oldest.file_id)
        files.remove(oldest)
    # The session that holds the most loses its files, so that many small sessions keep theirs.
    while (held := {name: _size(files.values()) for name, files in list(manager.file_storage.items())}) and sum(
        held.values()
    ) > MAX_ALL_BYTES:
        largest = max(held, key=held.__getitem__)
        manager.remove_file(largest, next(iter(manager.file_storage[largest])))


def _size(files: Iterable["UploadedFileRec"]) -> int:
    return sum(len(file.data) for file in list(files))


# An uploaded file stays in memory until its session ends or its widget drops it, and the upload address takes any
# number of files. The oldest are dropped first, so that a visitor who uploads several data sets keeps the last one.
BOUND_UPLOADS = Patch(
    name="bound_uploads",
    fault="files that a session uploads and never uses stay in memory, without a bound on their number",
    seen_in="1.67",
    owner="streamlit.runtime.memory_uploaded_file_manager:MemoryUploadedFileManager",
    method="add_file",
    parameters=("self", "session_id", "file"),
    change=_change,
)
