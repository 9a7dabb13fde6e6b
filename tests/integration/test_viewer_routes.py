"""What the drawer fetches of a picture, from a real collection and real files."""

import gzip
import json
import os
from pathlib import Path

import numpy as np
import pytest
from dicom_slices import slice_bytes, write_series
from fakes import ColourCaptioner
from runs import index_colours
from starlette.applications import Starlette
from starlette.testclient import TestClient

from encoders.captioner.registry import CAPTIONERS, CaptionerRow
from encoders.registry import ENCODERS, EncoderRow
from radseek.archive import Archive, open_archive
from radseek.describing import Describer
from radseek.settings import load_settings
from radseek.upkeep import writer_of
from ui.access.roles import Role
from ui.routes import describing, details, heat, values
from ui.routes.table import ROUTES
from ui.viewer.stack import Stacks
from ui.viewer.turns import Turns

pytestmark = pytest.mark.slow  # each test starts a decoding process

SLICES = 6


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def archive(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch):
    """A series of six slices, of which two are indexed, and a slice with a name."""
    write_series(folder, 1, SLICES)
    named = slice_bytes(2, 0, PatientName="Doe^Jane", PatientID="4711", StudyInstanceUID="1.2.3")
    (folder / "named.dcm").write_bytes(named)
    index_colours(tmp_path / "home", folder, slices=2)
    monkeypatch.setitem(ENCODERS, "colour", EncoderRow("fakes:load_colour_encoder", "", ""))
    with open_archive(load_settings(home=tmp_path / "home", device="cpu")) as opened:
        yield opened


@pytest.fixture
def get(archive: Archive, monkeypatch: pytest.MonkeyPatch):
    """Ask a route, as one who may see who the patient is unless told otherwise."""
    stacks, turns, role = Stacks(), Turns(), [Role.IDENTITY_VIEWER]
    for room in (details, values, heat, describing):
        monkeypatch.setattr(room, "shared_archive", lambda: archive)
    for room in (details, values):
        monkeypatch.setattr(room, "shared_stacks", lambda: stacks)
    monkeypatch.setattr(values, "shared_turns", lambda: turns)
    for room in (heat, describing):
        monkeypatch.setattr(room, "shared_explanations", lambda: turns)
    monkeypatch.setitem(CAPTIONERS, "colour", CaptionerRow("fakes:load_colour_captioner", ""))
    describer = Describer(load_settings(captioner="colour"))
    monkeypatch.setattr(describing, "shared_describer", lambda: describer)
    monkeypatch.setattr(details, "role_of", lambda request: role[0])
    with TestClient(Starlette(routes=ROUTES)) as client:

        def ask(address: str, as_role: Role = Role.IDENTITY_VIEWER):
            role[0] = as_role
            return client.get(address)

        yield ask


def ids(archive: Archive) -> dict[str, int]:
    snapshot = archive.reader().snapshot()
    return {each.location.path.stem: each.id for each in snapshot.describe(snapshot.ids)}


def first_slice(archive: Archive) -> int:
    return next(number for name, number in ids(archive).items() if name.startswith("1-"))


def levels(content: bytes) -> np.ndarray:
    """The values of an answer, which the client has unpacked."""
    length = int.from_bytes(content[:4], "little")
    header = json.loads(content[4 : 4 + length])
    kind = np.dtype(f"<{header['kind']}")
    return np.frombuffer(content[4 + length :], kind).reshape(header["rows"], header["columns"])


def test_every_slice_of_the_series_can_be_had_also_those_that_are_not_indexed(get, archive):
    told = get(f"/api/details/{first_slice(archive)}").json()
    stack = told["stack"]
    assert len(stack["pictures"]) == SLICES
    assert sum(picture is not None for picture in stack["pictures"]) == 2
    assert stack["along"] == [0, 1, 2, 3, 4, 5]
    for place in range(SLICES):
        answer = get(f"/api/values/{told['id']}?place={place}&stack={stack['version']}")
        assert answer.headers["Cache-Control"] == "no-store"
        assert (levels(answer.content) == 100 + place).all()


def test_a_stack_of_before_never_gives_the_image_of_another_place(get, archive, tmp_path, folder):
    picture = first_slice(archive)
    version = get(f"/api/details/{picture}").json()["stack"]["version"]
    (folder / "between.dcm").write_bytes(slice_bytes(1, 0, ImagePositionPatient=[0, 0, -3]))
    index_colours(tmp_path / "home", folder, slices=2)
    answer = get(f"/api/values/{picture}?place=1&stack={version}")
    assert (answer.status_code, answer.json()["code"]) in {(400, "invalid"), (404, "unknown")}


@pytest.mark.parametrize("place", ["6", "-1", "x", "٣", "9" * 30, ""])
def test_a_place_that_is_not_there_is_refused(get, archive, place):
    picture = first_slice(archive)
    version = get(f"/api/details/{picture}").json()["stack"]["version"]
    answer = get(f"/api/values/{picture}?place={place}&stack={version}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_a_file_that_was_changed_or_removed_is_not_shown_as_the_hit(get, archive, folder):
    picture = ids(archive)["named"]
    told = get(f"/api/details/{picture}").json()
    assert told["isThere"]
    address = f"/api/values/{picture}?place=0&stack={told['stack']['version']}"
    assert get(address).status_code == 200
    os.utime(folder / "named.dcm", ns=(1, 1))
    assert get(address).status_code == 410
    (folder / "named.dcm").unlink()
    assert (get(address).status_code, get(address).json()["code"]) == (410, "changed")
    assert not get(f"/api/details/{picture}").json()["isThere"]


def test_a_file_that_cannot_be_read_says_why_and_names_nothing(get, archive, folder):
    picture = ids(archive)["named"]
    version = get(f"/api/details/{picture}").json()["stack"]["version"]
    path = folder / "named.dcm"
    before = path.stat().st_mtime_ns
    path.write_bytes(b"no image")
    os.utime(path, ns=(before, before))
    answer = get(f"/api/values/{picture}?place=0&stack={version}")
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable")
    assert "named" not in answer.text


def test_identity_and_paths_are_told_by_role(get, archive):
    picture = ids(archive)["named"]
    told = get(f"/api/details/{picture}").json()
    assert ["name_alphabetic", "Doe^Jane"] in told["facts"]["identity"]
    masked = get(f"/api/details/{picture}", Role.VIEWER)
    assert masked.json()["identityIsMasked"]
    for secret in ("Doe", "4711", "named.dcm"):
        assert secret in json.dumps(told)
        assert secret not in masked.text


@pytest.mark.parametrize("kind", ["details", "values", "heat", "describe"])
@pytest.mark.parametrize("picture", ["999", "9" * 30])
def test_a_picture_that_is_not_there_is_unknown(get, kind, picture):
    answer = get(f"/api/{kind}/{picture}?q=red")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown")


def test_a_heat_map_is_that_of_explain(get, archive):
    picture = ids(archive)["named"]
    told = get(f"/api/heat/{picture}?q=red").json()
    assert np.shape(told["heat"]) == np.shape(told["heat"])[:1] * 2
    assert told["score"] == pytest.approx(3**-0.5, abs=0.01)  # a grey picture and pure red
    refused = get(f"/api/heat/{picture}")
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")


def test_a_picture_is_described_with_its_neighbours_and_keeps_what_was_written(get, archive):
    picture = ids(archive)["named"]
    assert get(f"/api/details/{picture}").json()["machineText"] == ""
    told = get(f"/api/describe/{picture}").json()

    assert told["captioner"] == "colour 1"
    assert picture not in [each["id"] for each in told["neighbours"]]
    assert {each["words"] for each in told["neighbours"]} == {"CT."}
    assert told["text"] == "CT."
    with writer_of(archive.settings) as writer:
        writer.begin_texts(ColourCaptioner.card)
        writer.put_texts(np.array([picture]), ["Picture: grey."])
    assert get(f"/api/details/{picture}").json()["machineText"] == "Picture: grey."


def test_values_are_packed_by_gzip(get, archive):
    picture = ids(archive)["named"]
    version = get(f"/api/details/{picture}").json()["stack"]["version"]
    answer = get(f"/api/values/{picture}?place=0&stack={version}")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert int(answer.headers["Content-Length"]) < len(gzip.compress(answer.content, 0))
