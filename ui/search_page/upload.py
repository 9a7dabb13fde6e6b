"""Pictures of the person's own: files that were chosen, dropped or pasted become parts of a query.

The browser's part of the page hands them to Streamlit's own uploaders, which are not to be seen:
they bring files to this session and no other, within the server's limits.
"""

import base64
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Final

import streamlit as st

from core.errors import RadseekError
from imaging.thumbnail import make_thumbnail
from radseek.archive import Archive
from ui.language import _
from ui.launch import MAX_UPLOAD_MB
from ui.search_page.address import current_view, go, write_view
from ui.search_page.asked import Held
from ui.search_page.held import Upload, hold
from ui.search_page.view import View

PROBLEM: Final = "ask-problem"
TRIED: Final = "ask-tried"
MOST_FILES: Final = 8  # at once


class Place(StrEnum):
    """What becomes of the query of before."""

    INSTEAD = "instead"  # the files alone are asked with
    BESIDE = "beside"  # they are further parts of it


def read_upload(archive: Archive, content: bytes) -> Upload:
    """Decode as the archive decodes. Raises CannotDecode, DecodersUnavailable."""
    rendering = archive.reader().rendering
    part = archive.query_image(content)
    thumbnail = base64.b64encode(make_thumbnail(part.pixels, side=96)).decode()
    return Upload(part, f"data:image/webp;base64,{thumbnail}", rendering)


def uploaders(archive: Archive) -> None:
    """The places where files arrive; `hidden_key` of each names it to the browser's part."""
    for place in Place:
        with st.container(key=hidden_key(place)):
            st.file_uploader(
                _("Images to search by"),
                key=_widget(place),
                accept_multiple_files=True,
                max_upload_size=MAX_UPLOAD_MB,
                on_change=_take,
                args=(archive, place),
            )


def hidden_key(place: Place) -> str:
    """The key of the container of an uploader; Streamlit makes a class name of it."""
    return f"ask-files-{place.value}"


def problem_of(view: View) -> str:
    """Why files of the last upload are not asked with, while the same is asked still."""
    address, told = st.session_state.get(PROBLEM, (None, ""))
    return told if address == write_view(view) else ""


def _take(archive: Archive, place: Place) -> None:
    files = st.session_state[_widget(place)]
    if not files:
        return
    st.session_state[TRIED] = st.session_state.get(TRIED, 0) + 1
    parts, problems = take([file.getvalue() for file in files], archive)
    before = current_view()
    view = asking_with(before, parts, place) if parts else before
    st.session_state[PROBLEM] = (write_view(view), " ".join(problems))
    if parts:
        go(view)


def asking_with(view: View, parts: Sequence[Held], place: Place) -> View:
    """The view that asks with uploads, alone or beside all that it asks with."""
    if place is Place.INSTEAD:
        return view.asking("", *parts)
    return replace(view, parts=(*view.parts, *parts), page=1)


def take(contents: Sequence[bytes], archive: Archive) -> tuple[list[Held], list[str]]:
    """Read files and hold them: the parts that they make, and a sentence for each that makes none.

    A sentence calls a file by its place among them: a name may tell whose it is.
    """
    if len(contents) > MOST_FILES:
        sentence = _("Too many files at once: {n}. Give {most} at most.")
        return [], [sentence.format(n=len(contents), most=MOST_FILES)]
    parts, problems = [], []
    for place, content in enumerate(contents, 1):
        try:
            parts.append(hold(read_upload(archive, content)))
        except RadseekError as error:
            problems.append(_refused(place, len(contents), str(error)))
    return parts, problems


def _refused(place: int, of: int, reason: str) -> str:
    if of == 1:
        return _("The file cannot be read. {reason}").format(reason=reason)
    sentence = _("File {place} of {of} cannot be read. {reason}")
    return sentence.format(place=place, of=of, reason=reason)


def _widget(place: Place) -> str:
    """The key of the next upload: a new one each time, so that no file is left lying there."""
    return f"{hidden_key(place)}-{st.session_state.get(TRIED, 0)}"
