"""The words that complete what is typed into the search box."""

from starlette.requests import Request
from starlette.responses import Response

from core.errors import RadseekError
from ui.search_page.vocabulary import offered_words
from ui.shared import shared_archive


def vocabulary(_: Request) -> Response:
    """Them as JSON, or 404 without a collection. The address of other words is another one."""
    archive = shared_archive()
    try:
        words = offered_words(archive, archive.reader().snapshot()).words
    except RadseekError:
        return Response(status_code=404, headers={"Cache-Control": "no-store"})
    headers = {"Cache-Control": "private, max-age=3600"}
    return Response(words, media_type="application/json", headers=headers)
