"""The thumbnails by picture id: a cache of what decoding the files again would give."""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
from sqlalchemy import (
    Column,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    bindparam,
    delete,
    insert,
    select,
)
from sqlalchemy.exc import DatabaseError, OperationalError

from core.types import Ids
from storage.database import MOST_VALUES, open_for_reading, open_for_writing
from storage.statements import Statement, given

log = logging.getLogger(__name__)

PAGE_BYTES = (
    32_768  # holds several thumbnails; in pages of 4 KiB each is a chain, at twice the cost
)

_metadata = MetaData()
_thumbnails = Table(
    "thumbnails",
    _metadata,
    Column("picture_id", Integer, primary_key=True),
    Column("webp", LargeBinary, nullable=False),
)
_next_ids = (
    select(_thumbnails.c.picture_id)
    .where(_thumbnails.c.picture_id > bindparam("after"))
    .order_by(_thumbnails.c.picture_id)
    .limit(MOST_VALUES)
)
_every = select(_thumbnails.c.picture_id, _thumbnails.c.webp).order_by(_thumbnails.c.picture_id)
_remove = delete(_thumbnails).where(_thumbnails.c.picture_id == bindparam("picture_id"))
_get = select(_thumbnails.c.webp).where(_thumbnails.c.picture_id == bindparam("picture_id"))
_new = given("picture_id", "webp")
# An id that a failed batch has left behind is given again, to another picture.
_PUT = Statement(
    _new,
    insert(_thumbnails).prefix_with("OR REPLACE").from_select(["picture_id", "webp"], select(_new)),
)


class ThumbnailWriter:
    """Puts thumbnails into the cache."""

    def __init__(self, path: Path) -> None:
        """Open the cache; one that is damaged is thrown away, and that is logged."""
        self._path = path
        self._engine = open_for_writing(path, PAGE_BYTES)
        try:
            _metadata.create_all(self._engine)
        except OperationalError:  # as of a full disk: nothing is wrong with the file
            self._engine.dispose()
            raise
        except DatabaseError:
            self._begin_anew()

    def put(self, first_id: int, thumbnails: Sequence[bytes]) -> None:
        """Keep the thumbnails of consecutive ids, durably."""
        if thumbnails:
            with self._engine.begin() as connection:
                _PUT.run(connection, list(enumerate(thumbnails, first_id)))

    def replace(self, thumbnails: Mapping[int, bytes]) -> None:
        """Keep thumbnails by id, durably, in place of what is there."""
        if thumbnails:
            with self._engine.begin() as connection:
                _PUT.run(connection, list(thumbnails.items()))

    def shown(self, is_picture: Callable[[bytes], bool]) -> Ids:
        """The ids of all thumbnails that are pictures; damaged ones are thrown away (logged)."""
        try:
            with self._engine.connect() as connection:
                rows = connection.execute(_every)
                return np.array([i for i, webp in rows if is_picture(webp)], dtype=np.int64)
        except OperationalError:
            raise
        except DatabaseError:
            self._begin_anew()
            return np.empty(0, dtype=np.int64)

    def keep_only(self, living: Callable[[Sequence[int]], Collection[int]]) -> int:
        """Remove those of pictures that `living` does not find among ids; returns their number."""
        removed, after = 0, -1
        while ids := self._ids(after):
            found = living(ids)
            gone = [{"picture_id": i} for i in ids if i not in found]
            if gone:
                with self._engine.begin() as connection:
                    connection.execute(_remove, gone)
            removed, after = removed + len(gone), ids[-1]
        return removed

    def _begin_anew(self) -> None:
        log.warning("thumbnails are damaged and begun anew path=%s", self._path)
        self._engine.dispose()
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        _metadata.create_all(self._engine)

    def _ids(self, after: int) -> Sequence[int]:
        with self._engine.connect() as connection:
            return connection.execute(_next_ids, {"after": after}).scalars().all()

    def close(self) -> None:
        """Close the database."""
        self._engine.dispose()


class ThumbnailReader:
    """Gets thumbnails out of the cache; threads can share it."""

    def __init__(self, path: Path) -> None:
        self._engine = open_for_reading(path)
        self._path = path

    def get(self, picture_id: int) -> bytes | None:
        """The WebP of a picture; None when there is none, or the cache is damaged (logged)."""
        try:
            with self._engine.connect() as connection:
                webp: bytes | None = connection.execute(
                    _get, {"picture_id": picture_id}
                ).scalar_one_or_none()
        except DatabaseError as error:
            log.warning("thumbnail cannot be read path=%s why=%s", self._path, error.orig)
            return None
        return webp

    def close(self) -> None:
        """Close the database."""
        self._engine.dispose()
