"""A file that notes who looked at which picture, and when."""

import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.access.visitors import VISITOR, Visitor

LOOKED_AT: Final = "/api/"
# Every tile of a grid, and what has nothing of a picture.
LEFT_OUT: Final = ("/api/thumb/", "/api/thumbs", "/api/health", "/api/vocabulary")


class Audit:
    """ASGI middleware: a line of JSON for each picture that was opened or exported."""

    def __init__(self, app: ASGIApp, path: Path) -> None:
        self.app = app
        self.path = path
        self.writing = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and note it when it was answered."""
        asked = scope.get("path", "")
        if not asked.startswith(LOOKED_AT) or asked.startswith(LEFT_OUT):
            return await self.app(scope, receive, send)

        async def send_and_note(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                self.note(scope.get(VISITOR), asked)
            await send(message)

        return await self.app(scope, receive, send_and_note)

    def note(self, visitor: Visitor | None, asked: str) -> None:
        """Add one line: when, who with which role, and the address, which has ids of pictures."""
        line = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "who": visitor.name if visitor else "",
            "role": visitor.role if visitor else None,
            "asked": asked,
        }
        with self.writing, self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
