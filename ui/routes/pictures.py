"""Thumbnails."""

import hashlib
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from core.errors import RadseekError
from ui.shared import shared_archive

# An address changes when its picture does, so the browser (and no proxy) may keep a copy.
CACHE_CONTROL = "private, max-age=3600"


def thumbnail(request: Request) -> Response:
    """The stored thumbnail of one picture, or 404."""
    return answer(request, lambda picture_id: shared_archive().reader().thumbnail(picture_id))


def answer(request: Request, webp_of: Callable[[int], bytes | None]) -> Response:
    """WebP bytes with their ETag; 304 when the browser has them already; 404 without any."""
    try:
        content = webp_of(request.path_params["id"])
    except (RadseekError, OverflowError):  # an id of more than 64 bits is no picture either
        content = None
    if content is None:
        return Response(status_code=404, headers={"Cache-Control": "no-store"})
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": CACHE_CONTROL}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="image/webp", headers=headers)
