"""Searches that a person saved by name: where they lead, and what they found then.

A picture that is asked with is named by its content, too: ids change when it is indexed anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select

from core.errors import InvalidRequest, UnknownName
from storage.board_file import BoardFile
from storage.board_file import searches as _searches
from storage.contents import Content

LONGEST_NAME: Final = 120  # characters


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search as it was when it was saved. Its address holds no identity and no upload."""

    name: str
    address: str  # the parameters of the page, as a URL has them
    contents: Mapping[int, Content]  # of the pictures that they name, by the ids of then
    hits: int  # pictures that passed its filters
    sequence: int  # of the collection
    saved_at: datetime  # aware, UTC


class SavedSearches:
    """The saved searches of a collection; threads and processes can share them.

    Each method raises StorageError when the file cannot be used, CollectionCorrupt when it is
    damaged and SchemaTooNew when a newer radseek wrote it.
    """

    def __init__(self, path: Path) -> None:
        """Nothing is opened or made before it is asked for."""
        self._file = BoardFile(path)

    def all(self) -> list[SavedSearch]:
        """All of them, the newest first."""
        with self._file.reading() as connection:
            if connection is None:
                return []
            newest = (_searches.c.saved_at.desc(), _searches.c.id.desc())
            rows = connection.execute(select(_searches).order_by(*newest)).mappings()
            return [_saved(dict(row)) for row in rows]

    def save(
        self, name: str, address: str, contents: Mapping[int, Content], hits: int, sequence: int
    ) -> SavedSearch:
        """Save one. Raises InvalidRequest for a name that is empty, too long, or in use."""
        name = " ".join(name.split())
        _check(name)
        now = datetime.now(UTC).replace(microsecond=0)
        saved = SavedSearch(name, address, dict(contents), hits, sequence, now)
        self.restore(saved)
        return saved

    def restore(self, saved: SavedSearch) -> None:
        """Save one as it was before. Raises InvalidRequest for a name in use."""
        with self._file.writing() as connection:
            _check_new(connection, saved.name)
            connection.execute(insert(_searches), _row(saved))

    def delete(self, name: str) -> None:
        """Forget one. Raises UnknownName."""
        with self._file.writing() as connection:
            done = connection.execute(delete(_searches).where(_searches.c.name == name))
            if not done.rowcount:
                raise UnknownName(f"There is no saved search {name!r}. It may be deleted already.")


def _row(saved: SavedSearch) -> dict[str, object]:
    return {
        "name": saved.name,
        "address": saved.address,
        "contents": [[one, *content] for one, content in saved.contents.items()],
        "hits": saved.hits,
        "sequence": saved.sequence,
        "saved_at": int(saved.saved_at.timestamp()),
    }


def _saved(row: Mapping[str, Any]) -> SavedSearch:
    return SavedSearch(
        name=row["name"],
        address=row["address"],
        contents={one: Content(sha256, frame) for one, sha256, frame in row["contents"]},
        hits=row["hits"],
        sequence=row["sequence"],
        saved_at=datetime.fromtimestamp(row["saved_at"], UTC),
    )


def _check(name: str) -> None:
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise InvalidRequest(
            f"A search cannot be saved under that name. Use 1 to {LONGEST_NAME} characters."
        )


def _check_new(connection: Connection, name: str) -> None:
    if name in connection.execute(select(_searches.c.name)).scalars():
        raise InvalidRequest(f"There is a search {name!r} already. Take another name.")
