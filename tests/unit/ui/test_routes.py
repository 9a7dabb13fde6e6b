from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

import ui.component
import ui.routes.pictures
from core.errors import UnknownName
from core.types import Location, Record, Tags
from ui.component import ASSETS, assets_address
from ui.routes.table import ROUTES

PICTURES = {12: b"twelve"}


class OnePicture:
    """As much of an archive as the routes need."""

    def reader(self):
        return self

    def snapshot(self):
        return self

    def thumbnail(self, picture_id):
        return PICTURES.get(picture_id)

    def describe(self, ids):
        if ids[0] not in PICTURES:
            raise UnknownName("No picture has this id.")
        return [Record(ids[0], Location(Path("/gone.png")), 0, Tags(), datetime.now(UTC))]


class NoCollection:
    def reader(self):
        raise UnknownName("There is no collection.")


@pytest.fixture
def get(monkeypatch):
    """Ask a route of an archive."""
    client = TestClient(Starlette(routes=ROUTES), raise_server_exceptions=True)

    def ask(address, archive=None, **headers):
        monkeypatch.setattr(ui.routes.pictures, "shared_archive", lambda: archive or OnePicture())
        return client.get(address, headers=headers)

    return ask


def test_a_thumbnail_is_private_and_tagged(get):
    answer = get("/api/thumb/12")
    assert (answer.status_code, answer.content) == (200, b"twelve")
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["Cache-Control"] == "private, max-age=3600"


def test_a_thumbnail_that_the_browser_has_is_not_sent_again(get):
    etag = get("/api/thumb/12").headers["ETag"]
    again = get("/api/thumb/12", **{"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")


def test_thumbnails_of_many_come_in_one_answer_in_the_order_asked_and_none_where_there_is_none(get):
    answer = get("/api/thumbs?ids=13,12,12")
    header = b"[0, 6, 6]"
    assert answer.content == bytes([len(header), 0, 0, 0]) + header + b"twelvetwelve"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "ids", ["", "12,", "a", "-1", "1,٣", "9" * 19, ",".join(map(str, range(121)))]
)
def test_what_names_no_pictures_or_too_many_is_refused(get, ids):
    answer = get(f"/api/thumbs?ids={ids}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


@pytest.mark.parametrize("picture_id", ["13", "9" * 30])
def test_a_picture_that_is_not_there_is_not_found_and_not_kept(get, picture_id):
    answer = get(f"/api/thumb/{picture_id}")
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"


def test_without_a_collection_there_are_no_pictures(get):
    assert get("/api/thumb/12", archive=NoCollection()).status_code == 404
    assert get("/api/thumbs?ids=12", archive=NoCollection()).status_code == 404


def test_a_name_is_no_picture(get):
    assert get("/api/thumb/..%2f..%2fetc%2fpasswd").status_code == 404


def test_the_server_says_that_it_is_up_and_nothing_of_the_collection(get):
    assert set(get("/api/health").json()) == {"status", "version"}


def test_a_module_is_kept_by_the_browser_under_an_address_with_its_version(monkeypatch, tmp_path):
    """Else the modules of two versions would meet after an upgrade."""
    answer = TestClient(Starlette(routes=ROUTES)).get(f"/{assets_address('grid/main.js')}")
    assert (answer.status_code, answer.content) == (200, (ASSETS / "grid/main.js").read_bytes())
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    before = assets_address("grid/main.js")
    (tmp_path / "grid").mkdir()
    (tmp_path / "grid/style.css").write_text("")
    monkeypatch.setattr(ui.component, "ASSETS", tmp_path)
    ui.component._version.cache_clear()
    try:
        assert assets_address("grid/main.js") != before
    finally:
        ui.component._version.cache_clear()
