"""What each role gets from the page's own addresses, with a real collection and signed cookies."""

import re

import pytest
from dicom_slices import slice_bytes
from runs import index_colours
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient
from unit.ui.logins import ADDRESS, LOGIN, claims_of, cookies_of

from encoders.registry import ENCODERS, EncoderRow
from ui.access.guard import OPEN, Guard
from ui.access.visitors import Door
from ui.routes.table import ROUTES
from ui.shared import shared_archive, shared_stacks

SECRETS = ("Exempla", "4711-08", "A-1234567", "19500102", "1950-01-02", "the-folder")
GROUPS = {"viewer": "researchers", "identity-viewer": "radiologists", "admin": "pacs-admins"}


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A collection with one picture whose file names its patient, an invented one."""
    folder = tmp_path / "the-folder"
    folder.mkdir()
    written = slice_bytes(
        1,
        0,
        PatientName="Exempla^Vera",
        PatientID="4711-08",
        PatientBirthDate="19500102",
        AccessionNumber="A-1234567",
    )
    (folder / "one.dcm").write_bytes(written)
    row = EncoderRow("fakes:load_colour_encoder", "sees colours", "none")
    monkeypatch.setitem(ENCODERS, "colour", row)
    monkeypatch.setenv("RADSEEK_HOME", str(tmp_path / "home"))
    for shared in (shared_archive, shared_stacks):
        shared.clear()
    index_colours(tmp_path / "home", folder)
    yield tmp_path / "home"
    shared_archive().close()
    for shared in (shared_archive, shared_stacks):
        shared.clear()


def client_of(cookies):
    middleware = [Middleware(Guard, door=Door(LOGIN, "viewer"))]
    app = Starlette(routes=ROUTES, middleware=middleware)
    return TestClient(app, base_url=ADDRESS, cookies=cookies, follow_redirects=False)


@pytest.fixture
def asking(home):
    """A client for one of the roles."""
    return lambda role: client_of(cookies_of(claims_of("Ida", GROUPS[role])))


def addresses():
    paths = (route.path for route in ROUTES if getattr(route, "methods", None))
    return sorted({re.sub(r"\{[^}]*\}", "1", path) for path in paths})


@pytest.mark.parametrize("role", ["identity-viewer", "admin"])
def test_who_may_know_a_patient_is_told(asking, role):
    told = asking(role).get("/api/details/1").text
    assert [secret for secret in SECRETS[:3] if secret not in told] == []
    assert asking(role).get("/api/details/1").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", addresses())
def test_a_viewer_is_told_of_no_patient_by_any_address(asking, path):
    answer = asking("viewer").get(path)
    assert answer.status_code < 500
    told = answer.text + str(answer.headers)
    assert [secret for secret in SECRETS if secret in told] == []


def test_a_viewer_sees_the_picture_and_what_is_no_identity(asking):
    client = asking("viewer")
    assert client.get("/api/thumb/1").headers["Content-Type"] == "image/webp"
    details = client.get("/api/details/1").json()
    assert (details["modality"], details["identityIsMasked"]) == ("CT", True)


@pytest.mark.parametrize("path", sorted(set(addresses()) - OPEN))
@pytest.mark.parametrize(
    "cookies",
    [
        {},
        cookies_of(claims_of("Ada", "pacs-admins"), key="the key of somebody else, also long"),
        cookies_of(claims_of("Ada", "pacs-admins", iat=1)),
        cookies_of(claims_of("Norbert", "accounting")),
    ],
    ids=["none", "forged", "expired", "no-role"],
)
def test_nobody_else_is_told_anything_at_all(home, path, cookies):
    answer = client_of(cookies).get(path)
    assert (answer.status_code, answer.text) == (401, "Log in first.")


@pytest.mark.parametrize("path", sorted(set(addresses()) - OPEN))
def test_an_address_that_changes_something_takes_no_request_of_another_site(asking, path):
    answer = asking("admin").post(path, headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 403
