"""What a captioner writes of a picture, told of the pictures that are most like it."""

import json
from functools import partial
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from core.errors import RadseekError
from radseek.archive import Archive
from radseek.describing import Describer
from ui.routes.asking import asker, left
from ui.routes.refusals import NOT_KEPT, refusal, refused
from ui.shared import shared_archive, shared_describer, shared_explanations
from ui.viewer.turns import NobodyWaits, TooManyQuestions

LEFT: Final = 499
NEIGHBOURS: Final = 8
DIGITS: Final = 3


async def machine_text(request: Request) -> Response:
    """The text of a picture with its neighbours as JSON: `radseek describe` gives the same one."""
    archive, picture_id = shared_archive(), request.path_params["id"]
    try:
        sequence = await run_in_threadpool(lambda: archive.reader().snapshot().sequence)
        make = partial(described, archive, shared_describer(), picture_id)
        key = f"describe {picture_id} {sequence}"
        told = await shared_explanations().ask(key, asker(request), make, partial(left, request))
    except RadseekError as error:
        return refused(error)
    except TooManyQuestions:
        return refusal(429, "busy", "Too many texts are asked for at once. Wait a moment.")
    except NobodyWaits:
        return Response(status_code=LEFT)
    return Response(told, media_type="application/json", headers=NOT_KEPT)


def described(archive: Archive, describer: Describer, picture_id: int) -> bytes:
    """The text, who wrote it, and the neighbours. Raises RadseekError."""
    found = describer.describe(archive, picture_id, NEIGHBOURS)
    answer = {
        "text": found.text,
        "captioner": f"{found.captioner.name} {found.captioner.version}",
        "neighbours": [
            {"id": each.id, "similarity": round(each.similarity, DIGITS), "words": each.words}
            for each in found.neighbours
        ],
    }
    return json.dumps(answer).encode()
