"""Which contents the collection has already."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from storage.catalog import FileState
from storage.schema import instances
from storage.statements import Statement, given


@dataclass(frozen=True, slots=True)
class Held:
    """The living instance of a content."""

    instance_id: int
    state: FileState


_hashes = given("sha256")
_HELD = Statement(
    _hashes,
    select(instances.c.sha256, instances.c.id, instances.c.state).where(
        instances.c.tombstone.is_(None), instances.c.sha256.in_(select(_hashes))
    ),
)


def held(connection: Connection, hashes: Iterable[str]) -> dict[str, Held]:
    """The instances of those contents, by SHA-256, that the collection has."""
    rows = _HELD.run(connection, [(sha256,) for sha256 in sorted(set(hashes))])
    return {sha256: Held(number, FileState(state)) for sha256, number, state in rows}
