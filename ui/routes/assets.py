"""The modules and styles that the browser draws with."""

import os

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from ui.component import ASSETS


class Assets(StaticFiles):
    """Files that a browser keeps: an address has their version, so no new page meets an old one."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """The file, or 304 for one that the browser has."""
        answer = super().file_response(full_path, stat_result, scope, status_code)
        answer.headers["Cache-Control"] = "private, max-age=31536000, immutable"
        return answer


def assets() -> Assets:
    """Those of all parts."""
    return Assets(directory=ASSETS)
