"""The addresses that this server answers beside Streamlit's own."""

import time
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from radseek import __version__
from ui.access.guard import LOGIN, TO_PROVIDER, wanted
from ui.access.login_page import login_page, to_provider, to_wanted
from ui.access.visitors import VISITOR, Visitor
from ui.language import current_language
from ui.pages import PAGES
from ui.routes.assets import assets
from ui.routes.describing import machine_text
from ui.routes.details import picture_details
from ui.routes.exports import download
from ui.routes.heat import heat
from ui.routes.map import map_colours, map_picture, map_points
from ui.routes.pictures import thumbnail, thumbnails
from ui.routes.values import values
from ui.routes.vocabulary import vocabulary
from ui.shell import shell_in


def page(request: Request) -> Response:
    """The HTML of a page; its content follows over the WebSocket."""
    if path := wanted(request):
        return to_wanted(path)
    headers = {"Cache-Control": "no-store"}
    visitor: Visitor | None = request.scope.get(VISITOR)
    if visitor and visitor.until is not None:  # the browser asks again when the login has ended
        headers["Refresh"] = str(max(1, int(visitor.until - time.time()) + 1))
    return HTMLResponse(shell_in(current_language()), headers=headers)


def health(_: Request) -> Response:
    """That the server runs; it says nothing of the collection."""
    return JSONResponse({"status": "ok", "version": __version__})


ROUTES: Final[list[BaseRoute]] = [
    *(Route(f"/{row.path}", page) for row in PAGES),
    Route("/api/thumb/{id:int}", thumbnail),
    Route("/api/thumbs", thumbnails),
    Route("/api/vocabulary", vocabulary),
    Route("/api/details/{id:int}", picture_details),
    Route("/api/describe/{id:int}", machine_text),
    Route("/api/values/{id:int}", values),
    Route("/api/heat/{id:int}", heat),
    Route("/api/map/points", map_points),
    Route("/api/map/colours", map_colours),
    Route("/api/map/picture/{id:int}", map_picture),
    Route("/api/export/{token}", download),
    Route("/api/health", health),
    Route(LOGIN, login_page),
    Route(TO_PROVIDER, to_provider),
    Mount("/assets/{version}", assets()),
]
