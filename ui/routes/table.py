"""The addresses that this server answers beside Streamlit's own."""

from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from radseek import __version__
from ui.component import ASSETS
from ui.pages import PAGES
from ui.routes.pictures import picture, thumbnail
from ui.shell import dark_shell


def page(_: Request) -> Response:
    """The HTML of a page; its content follows over the WebSocket."""
    return HTMLResponse(dark_shell(), headers={"Cache-Control": "no-cache"})


def health(_: Request) -> Response:
    """That the server runs; it says nothing of the collection."""
    return JSONResponse({"status": "ok", "version": __version__})


ROUTES: Final[list[BaseRoute]] = [
    *(Route(f"/{row.path}", page) for row in PAGES),
    Route("/api/thumb/{id:int}", thumbnail),
    Route("/api/picture/{id:int}", picture),
    Route("/api/health", health),
    Mount("/assets", StaticFiles(directory=ASSETS)),
]
