import base64
from io import BytesIO

import numpy as np
import pytest
from fakes import ColourEncoder
from PIL import Image

from core.errors import CannotDecode
from imaging.profiles import VOI
from radseek.archive import open_archive
from radseek.settings import Settings
from storage.writer import CollectionWriter
from ui.search_page.upload import read_upload


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
