"""The language of each request."""

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.language import LANGUAGE, language_of


class Languages:
    """ASGI middleware: routes answer in the language that the person chose."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; a session of the script finds its language by itself."""
        if scope["type"] == "http":
            asked = HTTPConnection(scope)
            LANGUAGE.set(language_of(asked.cookies, asked.headers.get("accept-language", "")))
        await self.app(scope, receive, send)
