import json
from datetime import UTC, datetime

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from unit.ui.logins import ADDRESS, LOGIN, claims_of, cookies_of

from ui.access.audit import Audit
from ui.access.guard import Guard
from ui.access.visitors import Door


@pytest.fixture
def log(tmp_path):
    return tmp_path / "audit.jsonl"


@pytest.fixture
def ask(log):
    routes = [
        Route("/api/details/{id:int}", lambda _: PlainTextResponse("facts")),
        Route("/{path:path}", lambda _: PlainTextResponse("other", status_code=200)),
    ]
    middleware = [Middleware(Guard, door=Door(LOGIN, "viewer")), Middleware(Audit, path=log)]
    cookies = cookies_of(claims_of("Ida Rö", "radiologists"))
    app = Starlette(routes=routes, middleware=middleware)
    known, unknown = (TestClient(app, base_url=ADDRESS, cookies=sent) for sent in (cookies, {}))
    return lambda path, is_known=True: (known if is_known else unknown).get(path)


def test_who_opened_which_picture_is_noted(ask, log):
    ask("/api/details/7?words=secret")
    ask("/api/picture/8")
    first, second = map(json.loads, log.read_text("utf-8").splitlines())
    noted = datetime.fromisoformat(first.pop("at"))
    assert first == {"who": "Ida Rö", "role": "identity-viewer", "asked": "/api/details/7"}
    assert second["asked"] == "/api/picture/8"
    assert abs((datetime.now(UTC) - noted).total_seconds()) < 3600


@pytest.mark.parametrize(
    "path", ["/", "/?q=a", "/api/thumb/7", "/api/thumbs", "/api/health", "/static/a.js"]
)
def test_what_opens_no_picture_is_not_noted(ask, log, path):
    ask(path)
    assert not log.exists()


def test_who_is_not_let_in_looked_at_nothing(ask, log):
    assert ask("/api/details/7", is_known=False).status_code == 401
    assert not log.exists()
