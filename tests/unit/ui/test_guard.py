import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from unit.ui.logins import ADDRESS, LOGIN, claims_of, cookies_of

from ui.access.guard import LARGEST_BODY, OPEN, Guard, wanted
from ui.access.roles import role_of
from ui.access.visitors import Door
from ui.routes.table import ROUTES

VERA = claims_of("Vera", "researchers")
FOREIGN = {"Origin": "https://elsewhere.example"}


def role(request: Request):
    return PlainTextResponse(role_of(request))


async def echo(socket):
    await socket.accept()
    async for text in socket.iter_text():
        await socket.send_text(text)


def everything(request: Request):
    return PlainTextResponse("inside")


APP = [
    Route("/role", role),
    WebSocketRoute("/_stcore/stream", echo),
    Route("/{path:path}", everything, methods=["GET", "POST", "PUT", "DELETE"]),
]


def client_of(door, cookies=None):
    app = Starlette(routes=APP, middleware=[Middleware(Guard, door=door)])
    return TestClient(app, base_url=ADDRESS, cookies=cookies, follow_redirects=False)


@pytest.fixture
def door():
    return Door(LOGIN, "viewer")


@pytest.fixture
def stranger(door):
    return client_of(door)


@pytest.fixture
def vera(door):
    return client_of(door, cookies_of(VERA))


OURS = [route.path.replace("{id:int}", "1") for route in ROUTES if hasattr(route, "path")]
CLOSED = sorted(
    {"/", "/_stcore/stream", "/_stcore/health", "/_stcore/host-config", "/static/js/a.js"}
    | {"/media/a.webp", "/_stcore/upload_file/a/b", "/_stcore/agent/interact", "/login/", "//login"}
    | {"/api/health/../thumb/1", "/assets/grid/main.js", "/LOGIN", *OURS} - OPEN
)


@pytest.mark.parametrize("path", CLOSED)
def test_no_address_but_the_login_answers_a_stranger(stranger, path):
    assert stranger.get(f"{ADDRESS}{path}").status_code == 401


@pytest.mark.parametrize(
    "cookies",
    [
        cookies_of(VERA, key="the key of somebody else, also long"),
        cookies_of(VERA | {"iat": VERA["iat"] - 11 * 3600}),
        cookies_of(claims_of("Norbert", "accounting")),
    ],
    ids=["forged", "expired", "no-role"],
)
@pytest.mark.parametrize("path", CLOSED)
def test_no_address_answers_a_cookie_that_is_forged_or_old_or_of_no_role(door, path, cookies):
    assert client_of(door, cookies).get(path).status_code == 401


@pytest.mark.parametrize("path", sorted(OPEN))
def test_the_way_to_the_login_is_open(stranger, path):
    assert stranger.get(path).text == "inside"


def test_what_is_open_is_the_login_and_whether_the_server_runs():
    assert {path for path in OPEN if path.startswith(("/api", "/_", "/static", "/assets"))} == {
        "/api/health"
    }


def test_one_who_is_let_in_gets_what_is_there(vera):
    assert vera.get("/api/thumb/1").text == "inside"
    assert vera.get("/role").text == "viewer"


def test_a_person_is_led_to_the_login_and_then_back(stranger):
    answer = stranger.get("/archive?q=r%C3%B6ntgen&k=24", headers={"Accept": "text/html,*/*"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
    sent = Request({"type": "http", "headers": [(b"cookie", _cookie(answer).encode())]})
    assert wanted(sent) == "/archive?q=r%C3%B6ntgen&k=24"


def _cookie(answer):
    return answer.headers["Set-Cookie"].split(";")[0]


@pytest.mark.parametrize("path", ["//evil.example", "/\\evil.example", "https://evil.example", ""])
def test_the_way_back_never_leads_elsewhere(path):
    sent = Request({"type": "http", "headers": [(b"cookie", f"radseek-wanted={path}".encode())]})
    assert wanted(sent) == ""


def test_a_stranger_gets_no_session(stranger):
    with pytest.raises(WebSocketDisconnect), stranger.websocket_connect("/_stcore/stream"):
        pass


def test_a_session_ends_with_the_login(door, vera):
    with vera.websocket_connect("/_stcore/stream") as socket:
        socket.send_text("find")
        assert socket.receive_text() == "find"
        door.leave(cookies_of(VERA) | dict(vera.cookies))
        socket.send_text("find")
        with pytest.raises(WebSocketDisconnect):
            socket.receive_text()


def test_another_sites_page_gets_no_session(vera):
    with (
        pytest.raises(WebSocketDisconnect),
        vera.websocket_connect("/_stcore/stream", headers=FOREIGN),
    ):
        pass


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "headers",
    [
        FOREIGN,
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "null"},
    ],
)
def test_another_sites_page_changes_nothing(vera, method, headers):
    answer = vera.request(method, "/api/anything", headers=headers)
    assert answer.status_code == 403


def test_another_sites_page_logs_nobody_out(door, vera):
    assert vera.get("/auth/logout", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert vera.get("/role").text == "viewer"
    assert vera.get("/auth/logout", headers={"Sec-Fetch-Site": "same-origin"}).text == "inside"
    assert vera.get("/role").status_code == 401


def test_our_own_page_may_change_things(vera):
    headers = {"Origin": ADDRESS, "Sec-Fetch-Site": "same-origin"}
    assert vera.post("/api/anything", headers=headers, content=b"{}").text == "inside"


def test_a_body_is_of_a_size_that_is_told_and_not_too_large(vera):
    assert vera.post("/api/anything", content=b"a" * LARGEST_BODY).status_code == 200
    assert vera.post("/api/anything", content=b"a" * (LARGEST_BODY + 1)).status_code == 413
    assert vera.post("/api/anything", content=iter([b"a"])).status_code == 413
    large = vera.put("/_stcore/upload_file/a/b", content=b"a" * (LARGEST_BODY + 1))
    assert large.text == "inside"


def test_without_a_login_the_same_rules_hold_for_other_sites():
    client = client_of(Door(None, "viewer"))
    assert client.get("/role").text == "viewer"
    assert client.post("/api/anything", headers=FOREIGN).status_code == 403


def test_cookies_of_a_page_with_tls_stay_within_tls(stranger):
    answer = stranger.get("/", headers={"Accept": "text/html"})
    assert "httponly" in answer.headers["Set-Cookie"].lower()

    async def cookie(_):
        made = PlainTextResponse("set")
        made.set_cookie("_streamlit_user", "a")
        made.set_cookie("another", "b", secure=True)
        return made

    app = Starlette(
        routes=[Route("/login", cookie)], middleware=[Middleware(Guard, door=Door(LOGIN, "viewer"))]
    )
    set_cookies = TestClient(app).get("/login").headers.get_list("set-cookie")
    assert [each.lower().count("; secure") for each in set_cookies] == [1, 1]
