"""The pictures that come from named files."""

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, select

from core.types import Location
from storage.database import in_parts
from storage.locations import Key, key_of
from storage.schema import files, pictures

_at = (
    select(files.c.path, files.c.member, pictures.c.id)
    .join_from(files, pictures, pictures.c.instance_id == files.c.instance_id)
    .where(pictures.c.tombstone.is_(None), files.c.path.in_(bindparam("paths", expanding=True)))
    .order_by(pictures.c.id)
)


def pictures_at(connection: Connection, locations: Iterable[Location]) -> dict[Location, list[int]]:
    """The ids of the living pictures of each file that has some, ascending."""
    wanted: dict[Key, Location] = {key_of(location): location for location in locations}
    found: dict[Location, list[int]] = {}
    for part in in_parts(sorted({path for path, _ in wanted})):
        for path, member, picture_id in connection.execute(_at, {"paths": part}):
            if location := wanted.get((path, member)):
                found.setdefault(location, []).append(picture_id)
    return found
