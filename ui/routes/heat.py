"""Which regions of a hit carry its score, for the query that the page's address names."""

import json
from functools import partial
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from core.errors import InvalidRequest, RadseekError
from radseek.archive import Archive
from search.method import Method
from search.query import Query
from ui.routes.asking import asker, left
from ui.routes.refusals import NOT_KEPT, refusal, refused
from ui.search_page.address import NAMES, read_view
from ui.search_page.answer import query_of
from ui.shared import shared_archive, shared_explanations
from ui.viewer.turns import NobodyWaits, TooManyQuestions

LEFT: Final = 499
DIGITS: Final = 6


async def heat(request: Request) -> Response:
    """The map of a picture as JSON: `radseek explain` gives the same one."""
    archive, picture_id = shared_archive(), request.path_params["id"]
    try:
        query, sequence = await run_in_threadpool(partial(asked, archive, request))
        key = f"{picture_id} {sequence} {request.url.query}"
        make = partial(explained, archive, query, picture_id)
        told = await shared_explanations().ask(key, asker(request), make, partial(left, request))
    except RadseekError as error:
        return refused(error)
    except TooManyQuestions:
        return refusal(429, "busy", "Too many heat maps are asked for at once. Wait a moment.")
    except NobodyWaits:
        return Response(status_code=LEFT)
    return Response(told, media_type="application/json", headers=NOT_KEPT)


def asked(archive: Archive, request: Request) -> tuple[Query, int]:
    """The query of an address, and the state of the collection. Raises RadseekError."""
    view = read_view({name: request.query_params.getlist(name) for name in NAMES})
    snapshot = archive.reader().snapshot()
    query = query_of(view, {}, snapshot)
    if query is None:
        raise InvalidRequest("Nothing is asked, so there is nothing to explain.")
    return query, snapshot.sequence


def explained(archive: Archive, query: Query, picture_id: int) -> bytes:
    """The score of a picture and what covering each region takes from it. Raises RadseekError."""
    hit = archive.searcher().explain(query, picture_id, Method.COVERING).hit
    answer = {"score": round(hit.score, DIGITS), "heat": hit.heat.round(DIGITS).tolist()}
    return json.dumps(answer).encode()
