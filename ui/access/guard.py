"""One door for everything that this server answers, Streamlit's own addresses included."""

from typing import Final
from urllib.parse import quote, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.access.visitors import VISITOR, Door

LOGIN: Final = "/login"
TO_PROVIDER: Final = "/login/go"
LOGOUT: Final = "/auth/logout"
# What can be asked by somebody who is not logged in: nothing that knows of the archive.
OPEN: Final = frozenset(
    (LOGIN, TO_PROVIDER, "/auth/login", "/oauth2callback", LOGOUT, "/favicon.png", "/api/health")
)
READING: Final = ("GET", "HEAD", "OPTIONS")
UPLOADS: Final = "/_stcore/upload_file/"  # which has a limit of its own
LARGEST_BODY: Final = 1 << 20
WANTED: Final = "radseek-wanted"  # cookie with the page to go to after the login
LONGEST_WANTED: Final = 2000  # characters; browsers keep 4096 bytes of a cookie
FORBIDDEN_BY_POLICY: Final = 1008  # code to close a WebSocket with: RFC 6455, section 7.4.1


class Guard:
    """ASGI middleware: same origin, bodies of sane size, and nobody who is not let in."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self.app = app
        self.door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with whose it is in its scope, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        connection = HTTPConnection(scope)
        visitor = self.door.visitor(connection.cookies)
        scope[VISITOR] = visitor
        refused = self._refusal(connection, is_known=bool(visitor and visitor.role))
        if refused is None:
            return await self._pass_on(connection, receive, send)
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": FORBIDDEN_BY_POLICY})
        return await refused(scope, receive, send)

    def _refusal(self, asked: HTTPConnection, is_known: bool) -> Response | None:
        """The answer to what is not let in, or None."""
        path = asked.url.path
        if _is_foreign(asked):
            return PlainTextResponse("This request came from another page.", status_code=403)
        if _is_too_large(asked):
            return PlainTextResponse("The request is too large.", status_code=413)
        if is_known or path in OPEN:
            return None
        if asked.scope["type"] == "http" and "text/html" in asked.headers.get("accept", ""):
            return _to_login(asked)
        return PlainTextResponse("Log in first.", status_code=401)

    async def _pass_on(self, asked: HTTPConnection, receive: Receive, send: Send) -> None:
        cookies = asked.cookies
        if asked.url.path == LOGOUT:
            self.door.leave(cookies)

        async def receive_while_let_in() -> Message:
            message = await receive()
            visitor = self.door.visitor(cookies)
            if visitor and visitor.role:
                return message
            await send({"type": "websocket.close", "code": FORBIDDEN_BY_POLICY})
            return {"type": "websocket.disconnect", "code": FORBIDDEN_BY_POLICY}

        watched = receive_while_let_in if asked.scope["type"] == "websocket" else receive
        await self.app(asked.scope, watched, self._with_safe_cookies(send))

    def _with_safe_cookies(self, send: Send) -> Send:
        """Cookies of a page that is reached by TLS are never sent without it."""
        login = self.door.login
        if login is None or not login.address.startswith("https:"):
            return send

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                cookies = headers.getlist("set-cookie")
                del headers["set-cookie"]
                for cookie in cookies:
                    headers.append("set-cookie", _secured(cookie))
            await send(message)

        return send_safely


def wanted(request: Request) -> str:
    """The page of ours that was asked for before the login, or nothing."""
    path = request.cookies.get(WANTED, "")
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else ""


def _to_login(asked: HTTPConnection) -> Response:
    answer = RedirectResponse(LOGIN, status_code=303, headers={"Cache-Control": "no-store"})
    path = quote(asked.url.path) + (f"?{asked.url.query}" if asked.url.query else "")
    if len(path) <= LONGEST_WANTED:
        answer.set_cookie(WANTED, path, max_age=600, httponly=True, samesite="lax")
    return answer


def _is_foreign(asked: HTTPConnection) -> bool:
    """Whether another site's page asks for something that has an effect, or for a WebSocket."""
    harmless = asked.scope.get("method") in READING and asked.url.path != LOGOUT
    if harmless:
        return False
    site = asked.headers.get("sec-fetch-site", "none")
    origin = asked.headers.get("origin")
    elsewhere = origin is not None and urlsplit(origin).netloc != asked.headers.get("host")
    return elsewhere or site not in ("same-origin", "none")


def _is_too_large(asked: HTTPConnection) -> bool:
    """Whether a body is larger than any address takes, or does not say how large it is."""
    if asked.scope.get("method", "GET") in READING or asked.url.path.startswith(UPLOADS):
        return False
    length = asked.headers.get("content-length", "")
    return not length.isdigit() or int(length) > LARGEST_BODY


def _secured(cookie: str) -> str:
    return cookie if "; secure" in cookie.lower() else f"{cookie}; Secure"
