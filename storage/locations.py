"""Locations as the catalog keeps them: bytes, which any name survives unchanged."""

import sys
from os import fsdecode, fsencode
from pathlib import Path

from sqlalchemy import ColumnElement, and_, or_

from core.types import Location
from storage.schema import files

# As os.fsencode does it, at half of the cost.
_OF_NAMES, _ERRORS = sys.getfilesystemencoding(), sys.getfilesystemencodeerrors()

Key = tuple[bytes, bytes]  # the columns path and member


def key_of(location: Location) -> Key:
    """The path and member that find a file, whatever characters its names hold."""
    path = str(location.path).encode(_OF_NAMES, _ERRORS)
    return path, location.member.encode("utf-8", "surrogatepass")


def location_of(path: bytes, member: bytes) -> Location:
    """The location in these columns."""
    return Location(Path(fsdecode(path)), member.decode("utf-8", "surrogatepass"))


def lies_under(folder: Path) -> ColumnElement[bool]:
    """The condition that a file is this one, or within it: a folder, or an archive."""
    path = fsencode(folder)
    inside = path.rstrip(b"/")
    after, before = inside + b"/", inside + b"0"  # the byte that follows the slash
    return or_(files.c.path == path, and_(files.c.path >= after, files.c.path < before))
