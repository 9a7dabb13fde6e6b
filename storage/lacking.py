"""The pictures that have no thumbnail, and the files to make them from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from sqlalchemy import Connection, bindparam, select

from core.types import Found, Ids
from storage.catalog import first_file_id, living_ids
from storage.locations import location_of
from storage.schema import files, instances, pictures

PART = 1_000  # pictures at once

_files = (
    select(
        files.c.path,
        files.c.member,
        files.c.size,
        files.c.modified_ns,
        instances.c.sha256,
        pictures.c.frame,
        pictures.c.id,
    )
    .join_from(pictures, instances)
    .join(files, files.c.id == first_file_id)
    .where(pictures.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(files.c.id, pictures.c.frame)
)


@dataclass(frozen=True, slots=True)
class Lacking:
    """A file some of whose pictures have no thumbnail."""

    found: Found  # the first file with these bytes
    sha256: str
    pictures: Mapping[int, int]  # ids by frame


def lacking(connection: Connection, shown: Ids) -> Iterator[list[Lacking]]:
    """Files of living pictures that are not among those that are shown, part by part."""
    ids = np.setdiff1d(living_ids(connection), shown, assume_unique=True).tolist()
    for start in range(0, len(ids), PART):
        rows = connection.execute(_files, {"ids": ids[start : start + PART]})
        yield [
            Lacking(
                Found(location_of(path, member), size, modified_ns),
                sha256,
                {frame: picture for *_, frame, picture in group},
            )
            for (path, member, size, modified_ns, sha256), group in groupby(
                rows, key=lambda row: tuple(row[:5])
            )
        ]
