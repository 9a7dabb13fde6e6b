"""A download has an address of its own, for a while."""

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from core.errors import UnknownName
from radseek.exporting import Form, Wanted
from ui.access.roles import Role
from ui.boards.tickets import MOST, SECONDS, Tickets
from ui.routes import exports


def test_a_ticket_is_good_for_a_while():
    now = [0.0]
    tickets = Tickets(lambda: now[0])
    token = tickets.issue(lambda: "chosen", Wanted(Form.CSV))
    assert tickets.find(token).choose() == "chosen"
    assert tickets.find("another") is None
    now[0] = SECONDS
    assert tickets.find(token) is None


def test_the_oldest_tickets_go_first():
    tickets = Tickets()
    first, *others = [tickets.issue(lambda: None, Wanted(Form.CSV)) for _ in range(MOST + 1)]
    assert tickets.find(first) is None
    assert all(tickets.find(token) for token in others)
    assert len(set(others)) == MOST


@pytest.fixture
def client(monkeypatch):
    """The route alone, for a viewer, with an export of two pieces."""
    tickets = Tickets()
    monkeypatch.setattr(exports, "shared_tickets", lambda: tickets)
    monkeypatch.setattr(exports, "shared_archive", lambda: None)
    monkeypatch.setattr(exports, "role_of", lambda request: Role.VIEWER)
    monkeypatch.setattr(exports, "export", lambda archive, chosen, wanted: iter((b"a,", chosen)))
    app = Starlette(routes=[Route("/api/export/{token}", exports.download)])
    client = TestClient(app)
    client.issue = tickets.issue
    return client


def test_a_ticket_is_a_download_that_no_cache_keeps(client):
    got = client.get(f"/api/export/{client.issue(lambda: b'b', Wanted(Form.CSV))}")
    assert (got.status_code, got.content) == (200, b"a,b")
    assert got.headers["cache-control"] == "no-store"
    assert got.headers["content-disposition"].startswith('attachment; filename="radseek-')
    assert got.headers["content-disposition"].endswith('.csv"')
    assert got.headers["content-type"].startswith("text/csv")


def test_without_a_ticket_there_is_nothing(client):
    assert client.get("/api/export/guessed").status_code == 404


def test_identity_needs_its_role_when_it_is_fetched_too(client, monkeypatch):
    address = f"/api/export/{client.issue(lambda: b'b', Wanted(Form.CSV, identity=True))}"
    refused = client.get(address)
    assert (refused.status_code, refused.content) == (403, b"This needs the role identity-viewer.")
    monkeypatch.setattr(exports, "role_of", lambda request: Role.IDENTITY_VIEWER)
    assert client.get(address).status_code == 200


def test_what_cannot_be_exported_is_told_before_anything_is_sent(client):
    def gone():
        raise UnknownName("There is no such board.")

    got = client.get(f"/api/export/{client.issue(gone, Wanted(Form.PDF))}")
    assert (got.status_code, got.text) == (409, "There is no such board.")
