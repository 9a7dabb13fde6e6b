"""Pictures of the person's own as parts of the query."""

import base64
from typing import Final

import streamlit as st

from core.errors import RadseekError
from imaging.thumbnail import make_thumbnail
from radseek.archive import Archive
from ui.parts.notices import refusal
from ui.search_page.address import current_view, go
from ui.search_page.held import Upload, hold

PROBLEM: Final = "upload_problem"
TAKEN: Final = "uploads_taken"
TRIED: Final = "uploads_tried"


def read_upload(archive: Archive, content: bytes) -> Upload:
    """Decode as the archive decodes. Raises CannotDecode, DecodersUnavailable."""
    rendering = archive.reader().rendering
    part = archive.query_image(content)
    thumbnail = base64.b64encode(make_thumbnail(part.pixels, side=96)).decode()
    return Upload(part, f"data:image/webp;base64,{thumbnail}", rendering)


def upload_button(archive: Archive) -> None:
    """A button that opens the place to drop a file on; it closes when the file could be read."""
    place = f"upload-{st.session_state.get(TAKEN, 0)}"
    with st.popover("Image", icon=":material/image_search:", key=place):
        st.file_uploader(
            "DICOM, NIfTI, PNG, JPEG, TIFF or WebP. It stays in this session.",
            key=_widget(),
            on_change=_take,
            args=(archive,),
        )
        if PROBLEM in st.session_state:
            refusal(st.session_state[PROBLEM])


def _take(archive: Archive) -> None:
    file = st.session_state[_widget()]
    _count(TRIED)
    st.session_state.pop(PROBLEM, None)
    try:
        part = hold(read_upload(archive, file.getvalue()))
    except RadseekError as error:
        st.session_state[PROBLEM] = f"The file cannot be read. {error}"
    else:
        _count(TAKEN)
        go(current_view().asking("", part))


def _widget() -> str:
    """The key of the next upload: a new one each time, so that no file is left lying there."""
    return f"file-{st.session_state.get(TRIED, 0)}"


def _count(name: str) -> None:
    st.session_state[name] = st.session_state.get(name, 0) + 1
