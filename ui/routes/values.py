"""The values of one image of a picture's stack, for a window that the browser applies."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from core.errors import InvalidRequest, RadseekError
from core.types import Location
from radseek.archive import Archive
from ui.routes.asking import asker, left
from ui.routes.refusals import NOT_KEPT, refusal, refused
from ui.shared import shared_archive, shared_stacks, shared_turns
from ui.viewer.frame_bytes import frame_bytes
from ui.viewer.stack import Layer
from ui.viewer.turns import NobodyWaits, TooManyQuestions

HEADERS: Final = {**NOT_KEPT, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
LEFT: Final = 499  # as nginx notes that the asker has gone; nobody reads it
MOST_DIGITS: Final = 9


@dataclass(frozen=True, slots=True)
class Wanted:
    """One image, and what its answer is kept under."""

    layer: Layer
    key: str


async def values(request: Request) -> Response:
    """The image at `place` of the stack that has the version `stack`, as `frame_bytes` packs it."""
    archive = shared_archive()
    try:
        wanted = await run_in_threadpool(partial(find, archive, request))
        if not await run_in_threadpool(wanted.layer.is_unchanged):
            return refusal(410, "changed", "Its file has gone or changed. Index its folder again.")
        make = partial(read, archive, wanted.layer.location, wanted.layer.frame)
        packed = await shared_turns().ask(wanted.key, asker(request), make, partial(left, request))
    except RadseekError as error:
        return refused(error)
    except TooManyQuestions:
        return refusal(429, "busy", "Too many pictures are asked for at once. Wait a moment.")
    except NobodyWaits:
        return Response(status_code=LEFT)
    return Response(packed, media_type="application/octet-stream", headers=HEADERS)


def find(archive: Archive, request: Request) -> Wanted:
    """The image that is asked for.

    Raises UnknownName, and InvalidRequest for a stack that has changed: a place that held another
    image must never give a wrong one.
    """
    reader = archive.reader()
    _, stack = shared_stacks().of(reader, request.path_params["id"])
    asked = request.query_params
    place = _place(asked.get("place", ""))
    if asked.get("stack") != stack.version or place >= len(stack.layers):
        raise InvalidRequest("The series has changed meanwhile. Open the picture again.")
    return Wanted(stack.layers[place], f"{stack.version} {place} {reader.rendering}")


def read(archive: Archive, location: Location, frame: int) -> bytes:
    """Decode one frame. Raises CannotDecode, DecodersUnavailable."""
    return frame_bytes(archive.unshaded(location, frame))


def _place(written: str) -> int:
    if not (written.isascii() and written.isdigit() and len(written) <= MOST_DIGITS):
        raise InvalidRequest("Say which place of the stack: place=0 is the first.")
    return int(written)
