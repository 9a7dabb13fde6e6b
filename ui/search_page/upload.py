"""A picture of the person's own as the query. It lives in the session alone."""

import base64
from dataclasses import dataclass

import streamlit as st

from core.errors import InvalidRequest, RadseekError
from imaging.thumbnail import make_thumbnail
from radseek.archive import Archive
from search.query import ImagePart
from ui.parts.notices import refusal
from ui.search_page.address import current_view, go

KEY = "upload"
PROBLEM = "upload_problem"
TAKEN = "uploads_taken"
TRIED = "uploads_tried"


@dataclass(frozen=True, slots=True)
class Upload:
    """One uploaded picture, ready to be asked with."""

    part: ImagePart
    thumbnail: str  # a data: address
    rendering: str  # that the collection had when it was uploaded


def uploaded(rendering: str) -> Upload | None:
    """The picture that this session asks with, if there is one.

    Raises InvalidRequest, once, when the collection has another rendering now: a picture that is
    shown in another way would be compared with its pictures.
    """
    upload: Upload | None = st.session_state.get(KEY)
    if upload is None or upload.rendering == rendering:
        return upload
    forget_upload()
    raise InvalidRequest(
        "The collection renders its pictures in another way since you uploaded yours. "
        "Upload it again."
    )


def forget_upload() -> None:
    """Drop the picture."""
    st.session_state.pop(KEY, None)


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
        st.session_state[KEY] = read_upload(archive, file.getvalue())
    except RadseekError as error:
        st.session_state[PROBLEM] = f"The file cannot be read. {error}"
    else:
        _count(TAKEN)
        go(current_view().asking())


def _widget() -> str:
    """The key of the next upload: a new one each time, so that no file is left lying there."""
    return f"file-{st.session_state.get(TRIED, 0)}"


def _count(name: str) -> None:
    st.session_state[name] = st.session_state.get(name, 0) + 1
