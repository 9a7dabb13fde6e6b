"""Downloads of boards, searches and selections, sent while they are written."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from core.errors import RadseekError
from radseek.exporting import MEDIA_TYPES, SUFFIXES, export
from ui.access.roles import Role, role_of
from ui.boards.tickets import Ticket, shared_tickets
from ui.shared import shared_archive

log = logging.getLogger(__name__)

NO_STORE = {"Cache-Control": "no-store"}


def download(request: Request) -> Response:
    """What a ticket is for; 404 without one, 403 for what the person may not see."""
    role = role_of(request)
    ticket = shared_tickets().find(request.path_params["token"])
    if ticket is None:
        return PlainTextResponse("The download has expired. Ask for it again.", 404, NO_STORE)
    if ticket.wanted.identity and not role.may(Role.IDENTITY_VIEWER):
        return PlainTextResponse("This needs the role identity-viewer.", 403, NO_STORE)
    try:
        pieces = started(ticket)
    except RadseekError as error:
        return PlainTextResponse(str(error), 409, NO_STORE)
    suffix = SUFFIXES[ticket.wanted.form]
    name = f"radseek-{datetime.now(UTC):%Y%m%d-%H%M%S}{suffix}"
    headers = NO_STORE | {"Content-Disposition": f'attachment; filename="{name}"'}
    log.info("export form=%s", ticket.wanted.form)
    return StreamingResponse(pieces, media_type=MEDIA_TYPES[suffix], headers=headers)


def started(ticket: Ticket) -> Iterator[bytes]:
    """The pieces, the first of which is made already. Raises RadseekError."""
    pieces = export(shared_archive(), ticket.choose(), ticket.wanted)
    first = next(pieces, b"")
    return chain((first,), pieces)
