"""The map of the collection for the browser: its points, their colours, and what a point is."""

from collections.abc import Callable

import numpy as np
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from core.errors import RadseekError
from storage.snapshot import Snapshot
from ui.explore_page.colours import colouring
from ui.explore_page.plane import Plane, current_plane
from ui.parts.pictures import thumbnail_address
from ui.routes.refusals import NOT_KEPT, refusal, refused
from ui.shared import shared_archive

# An address names the state of the map, so that the browser (and no proxy) may keep what it gives.
KEPT = {"Cache-Control": "private, max-age=3600"}


def map_points(request: Request) -> Response:
    """The ids of the pictures as float64, then x and y of each as float32; little-endian."""
    return _answer(request, lambda _, plane: _bytes(plane))


def map_colours(request: Request) -> Response:
    """One byte for each point: its code."""
    by = request.query_params.get("by", "")
    return _answer(request, lambda snapshot, plane: _codes(snapshot, plane, by))


def map_picture(request: Request) -> Response:
    """What is shown of a point that is pointed at, as JSON."""
    try:
        (record,) = shared_archive().reader().snapshot().describe([request.path_params["id"]])
    except RadseekError as error:
        return refused(error)
    tags = record.tags
    said = (tags.modality, tags.body_part, tags.laterality, tags.view, tags.model)
    told = {"src": thumbnail_address(record), "caption": " · ".join(filter(None, said))}
    return JSONResponse(told, headers=NOT_KEPT)


def _answer(request: Request, body: Callable[[Snapshot, Plane], bytes]) -> Response:
    reader = shared_archive().reader()
    try:
        snapshot = reader.snapshot()
        plane = current_plane(reader, snapshot)
        if plane is None or plane.version != request.query_params.get("at"):
            return refusal(404, "unknown", "The map is another one now. Load the page again.")
        content = body(snapshot, plane)
    except RadseekError as error:
        return refused(error)
    return Response(content, media_type="application/octet-stream", headers=KEPT)


def _bytes(plane: Plane) -> bytes:
    return plane.ids.astype("<f8").tobytes() + plane.points.astype("<f4").tobytes()


def _codes(snapshot: Snapshot, plane: Plane, by: str) -> bytes:
    return colouring(snapshot, plane.rows, by).codes.astype(np.uint8).tobytes()
