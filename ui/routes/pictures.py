"""Thumbnails."""

import hashlib
import json
from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from core.errors import InvalidRequest, RadseekError
from ui.routes.refusals import NOT_KEPT, refused
from ui.shared import shared_archive

# An address changes when its picture does, so the browser (and no proxy) may keep a copy.
CACHE_CONTROL = "private, max-age=3600"
MOST: Final = 120  # thumbnails in one answer: those of the longest page
MOST_DIGITS: Final = 18  # any such number fits in 64 bits
LENGTH_BYTES: Final = 4  # of the header, before it; little-endian


def thumbnail(request: Request) -> Response:
    """The stored thumbnail of one picture, or 404."""
    return answer(request, lambda picture_id: shared_archive().reader().thumbnail(picture_id))


def thumbnails(request: Request) -> Response:
    """The stored thumbnails of the pictures `ids`, as `packed` packs them."""
    try:
        ids = _ids(request.query_params.get("ids", ""))
        reader = shared_archive().reader()
        content = packed([reader.thumbnail(picture_id) or b"" for picture_id in ids])
    except RadseekError as error:
        return refused(error)
    return Response(content, media_type="application/octet-stream", headers=NOT_KEPT)


def packed(contents: list[bytes]) -> bytes:
    """A JSON header with the length of each, and all of them; one that is missing has none."""
    header = json.dumps(list(map(len, contents))).encode()
    return b"".join([len(header).to_bytes(LENGTH_BYTES, "little"), header, *contents])


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


def _ids(written: str) -> list[int]:
    ids = written.split(",")
    is_right = all(each.isascii() and each.isdigit() and len(each) <= MOST_DIGITS for each in ids)
    if not is_right or len(ids) > MOST:
        raise InvalidRequest(f"Name pictures by their ids, {MOST} at most: ids=1,2,3.")
    return [int(each) for each in ids]
