"""Which known files are worth another try."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from core.errors import InvalidRequest
from core.types import CatalogueCode, Location, SkipCode
from storage.accounts import KnownFile

Wanted = Callable[[Location, KnownFile], bool]

SKIPPED: Final = frozenset(code.value for code in SkipCode)
_CATALOGUED: Final = {CatalogueCode.UNSUPPORTED_SYNTAX.value, CatalogueCode.NO_PIXELS.value}
BY_NAME: Final = SKIPPED | _CATALOGUED


def failures(code: str | None = None, under: Path | None = None) -> Wanted:
    """Files that were skipped, of one code or all, below a folder or anywhere.

    Objects in a transfer syntax without a decoder are wanted when their code is named, and those
    without pixels, of which an older radseek did not read the text of reports. Raises
    InvalidRequest for a code that cannot be tried again.
    """
    if code is not None and code not in BY_NAME:
        known = ", ".join(sorted(BY_NAME))
        raise InvalidRequest(f"Nothing can be tried again for {code!r}. Name one of {known}.")
    codes = SKIPPED if code is None else {code}
    folder = None if under is None else under.resolve()
    return lambda place, file: (
        file.code in codes and (folder is None or place.path.is_relative_to(folder))
    )
