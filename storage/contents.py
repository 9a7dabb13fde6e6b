"""Pictures by what they are of: the bytes of a file, and a frame."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from storage.database import in_parts
from storage.schema import instances, pictures

_of_ids = (
    select(pictures.c.id, instances.c.sha256, pictures.c.frame)
    .join_from(pictures, instances)
    .where(pictures.c.id.in_(bindparam("ids", expanding=True)))
)
_of_hashes = (
    select(pictures.c.id, instances.c.sha256, pictures.c.frame)
    .join_from(pictures, instances)
    .where(
        instances.c.tombstone.is_(None),
        pictures.c.tombstone.is_(None),
        instances.c.sha256.in_(bindparam("hashes", expanding=True)),
    )
)


class Content(NamedTuple):
    """A picture whatever its id, or the name of its file."""

    sha256: str  # of the file, lower-case hex
    frame: int


def contents_of(connection: Connection, ids: Sequence[int]) -> dict[int, Content]:
    """The contents of those ids that the catalog has."""
    rows = (connection.execute(_of_ids, {"ids": part}) for part in in_parts(ids))
    return {picture_id: Content(*told) for part in rows for picture_id, *told in part}


def pictures_of(connection: Connection, contents: Sequence[Content]) -> dict[Content, int]:
    """The ids of living pictures that are of these contents; what is not there is left out."""
    wanted = set(contents)
    hashes = sorted({content.sha256 for content in contents})
    rows = (connection.execute(_of_hashes, {"hashes": part}) for part in in_parts(hashes))
    found = ((Content(*told), at) for part in rows for at, *told in part)
    return {content: at for content, at in found if content in wanted}
