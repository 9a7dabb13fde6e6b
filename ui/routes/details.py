"""What the drawer tells of a picture."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from core.errors import RadseekError
from ui.access.roles import role_of
from ui.routes.refusals import NOT_KEPT, refused
from ui.shared import shared_archive, shared_stacks
from ui.viewer.details import details


def picture_details(request: Request) -> Response:
    """Its facts, links, windows and stack as JSON: of its patient only what the role may see."""
    archive = shared_archive()
    try:
        record, stack = shared_stacks().of(archive.reader(), request.path_params["id"])
        answer = details(archive, record, stack, role_of(request))
    except RadseekError as error:
        return refused(error)
    return JSONResponse(answer, headers=NOT_KEPT)
