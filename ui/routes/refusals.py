"""Why there is no answer, in a word for the page and a sentence for a person."""

from typing import Final

from starlette.responses import JSONResponse, Response

from core.errors import CannotDecode, InvalidRequest, RadseekError, UnknownName

NOT_KEPT: Final = {"Cache-Control": "no-store"}


def refused(error: RadseekError) -> Response:
    """The status and the word of an error."""
    match error:
        case UnknownName():
            return refusal(404, "unknown", str(error))
        case CannotDecode():
            return refusal(422, "unreadable", str(error))
        case InvalidRequest():
            return refusal(400, "invalid", str(error))
        case _:
            return refusal(503, "unavailable", str(error))


def refusal(status: int, code: str, reason: str) -> Response:
    """A problem as the page reads it."""
    body = {"code": code, "reason": reason}
    return JSONResponse(body, status_code=status, headers=NOT_KEPT)
