import base64
from io import BytesIO

import numpy as np
import pytest
import streamlit as st
from fakes import ColourEncoder
from PIL import Image

from core.errors import CannotDecode
from imaging.profiles import VOI
from radseek.archive import open_archive
from radseek.settings import Settings
from search.query import InstancePart
from storage.writer import CollectionWriter
from ui.search_page.address import write_view
from ui.search_page.asked import Held
from ui.search_page.held import held
from ui.search_page.upload import (
    MOST_FILES,
    PROBLEM,
    Place,
    asking_with,
    problem_of,
    read_upload,
    take,
)
from ui.search_page.view import View


@pytest.fixture(autouse=True)
def fresh_session():
    st.session_state.clear()


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """An archive with an empty collection, which says how uploads are rendered."""
    home = tmp_path_factory.mktemp("home")
    CollectionWriter.open(home, "default", ColourEncoder.card, VOI.id).close()
    with open_archive(Settings(home=home)) as opened:
        yield opened


def _file(picture: Image.Image, kind: str) -> bytes:
    written = BytesIO()
    picture.save(written, kind)
    return written.getvalue()


def test_an_upload_is_asked_with_as_it_was_drawn(archive):
    upload = read_upload(archive, _file(Image.new("RGB", (200, 50), (10, 200, 30)), "PNG"))
    assert np.array_equal(upload.part.pixels, np.full((50, 200, 3), (10, 200, 30), np.uint8))


def test_an_upload_has_a_small_thumbnail_of_its_own(archive):
    upload = read_upload(archive, _file(Image.new("RGB", (200, 50)), "PNG"))
    kind, _, content = upload.thumbnail.partition(",")
    assert kind == "data:image/webp;base64"
    assert Image.open(BytesIO(base64.b64decode(content))).size == (96, 24)


def test_a_file_that_is_no_image_is_refused(archive):
    with pytest.raises(CannotDecode):
        read_upload(archive, b"hello")


def test_good_files_are_held_and_bad_ones_are_named_by_their_place(archive):
    good = _file(Image.new("RGB", (8, 8)), "PNG")
    parts, problems = take([good, b"hello", good], archive)
    assert [held(VOI.id)[part.token].part.pixels.shape for part in parts] == [(8, 8, 3)] * 2
    (problem,) = problems
    assert problem.startswith("File 2 of 3 cannot be read.")


def test_too_many_files_are_refused_unread(archive):
    parts, problems = take([b"hello"] * (MOST_FILES + 1), archive)
    assert (parts, problems) == ([], ["Too many files at once: 9. Give 8 at most."])


def test_files_are_asked_with_instead_of_all_or_beside_it():
    before = View("chest", (InstancePart(3),), liked=(4,), page=2, k=24)
    upload = Held("0123456789abcdef")
    assert asking_with(before, [upload], Place.INSTEAD) == View(parts=(upload,), k=24)
    beside = View("chest", (InstancePart(3), upload), liked=(4,), k=24)
    assert asking_with(before, [upload], Place.BESIDE) == beside


def test_a_problem_is_told_until_something_else_is_asked():
    st.session_state[PROBLEM] = (write_view(View("chest")), "It cannot be read.")
    assert problem_of(View("chest")) == "It cannot be read."
    assert problem_of(View("head")) == ""
