"""Check a collection as it lies on disk, without changing it or keeping its writer out.

All is compared with one state of the catalog. The index is opened before that state is read, and
is thus never newer; the shards only grow, so that what the state says of them stays true while a
writer goes on; and a compaction that removes a shard at the same time makes the check begin again.
"""

from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection, Engine

from core.errors import CollectionCorrupt
from core.types import EncoderCard, Ids
from storage.board_file import is_damaged
from storage.catalog import Catalog, State, living_ids, shards_in, state_in
from storage.database import open_for_reading, passing, storage_errors
from storage.layout import Layout
from storage.migrate import check_readable
from storage.shards import Shard
from storage.verify_catalog import CATALOG, check_file, check_laws
from storage.verify_findings import (
    CheckProgress,
    Depth,
    Finding,
    FindingCode,
    Findings,
    Severity,
    Show,
)
from storage.verify_index import HeldIndex, absent, check_index, hold_index
from storage.verify_shards import HeldShards, check_lengths, check_rows, hold
from storage.verify_thumbnails import IsPicture, check_thumbnails, missing


@dataclass(frozen=True, slots=True)
class Verified:
    """What a check has found, worst first."""

    name: str
    sequence: int  # the state that was checked; 0 if the catalog cannot be read
    pictures: int
    findings: tuple[Finding, ...]

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong; notes may be there."""
        return all(finding.severity is Severity.NOTE for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Examination:
    """How to check."""

    depth: Depth
    is_picture: IsPicture  # whether bytes are a thumbnail that can be shown
    show: Show


@dataclass(frozen=True, slots=True)
class _Held:
    """One state of a collection that stands still."""

    connection: Connection
    state: State
    card: EncoderCard
    shards: list[Shard]
    maps: HeldShards
    living: Ids
    index: HeldIndex | Finding | None


def verify(layout: Layout, name: str, how: Examination) -> Verified:
    """Check a collection. Raises SchemaTooNew, and StorageError when it cannot be read at all."""
    try:
        with storage_errors(name), ExitStack() as opened:
            engine = opened.enter_context(passing(open_for_reading(layout.catalog)))
            check_readable(engine, name)
            held = _hold(engine, layout, name, opened)
            found = sorted(_findings(engine, layout, held, how), key=_rank)
            return Verified(name, held.state.sequence, len(held.living), tuple(found))
    except CollectionCorrupt as error:
        damage = Finding(FindingCode.CATALOG_DAMAGED, str(error), 1, CATALOG)
        return Verified(name, 0, 0, (damage,))


def _hold(engine: Engine, layout: Layout, name: str, opened: ExitStack) -> _Held:
    card = Catalog(engine, name).card()
    while True:
        index = hold_index(layout.index)
        with ExitStack() as attempt:
            connection = attempt.enter_context(engine.connect())
            state, living = state_in(connection), living_ids(connection)
            listed = shards_in(connection)
            maps = hold(layout.shards, card.dim, listed)
            if len(maps.lengths) == len(listed) or _listed_now(engine) == listed:
                opened.push(attempt.pop_all())
                return _Held(connection, state, card, listed, maps, living, index)


def _findings(engine: Engine, layout: Layout, held: _Held, how: Examination) -> Findings:
    how.show(CheckProgress("catalog", 0, 1))
    damage = list(check_file(held.connection, how.depth is Depth.QUICK))
    yield from damage
    if not damage:
        yield from check_laws(held.connection, how.show)
        yield from check_lengths(layout.shards, held.card.dim, held.shards, held.maps)
        if how.depth is not Depth.QUICK:
            yield from check_rows(held.connection, held.maps, how.show)
        yield from _of_cohorts(layout)
        yield from _of_index(held, how)
        yield from _of_thumbnails(engine, layout, held, how)


def _of_cohorts(layout: Layout) -> Findings:
    if layout.cohorts.is_file() and is_damaged(layout.cohorts):
        yield Finding(
            FindingCode.COHORTS_DAMAGED,
            "SQLite cannot read the cohorts. Restore the file from a backup, or delete it.",
            1,
            layout.cohorts.name,
        )


def _of_index(held: _Held, how: Examination) -> Findings:
    how.show(CheckProgress("index", 0, 1))
    if isinstance(held.index, Finding):
        yield held.index
    elif held.index is not None:
        yield from check_index(
            held.connection, held.index, held.maps, held.card, held.state, held.living, how.depth
        )
    elif len(held.living):
        yield absent()


def _of_thumbnails(engine: Engine, layout: Layout, held: _Held, how: Examination) -> Findings:
    found, lacking = check_thumbnails(
        layout.thumbnails, held.living, how.depth, how.is_picture, how.show
    )
    yield from found
    with engine.connect() as connection:  # a compaction may have taken those that ended since
        yield from missing(np.intersect1d(lacking, living_ids(connection), assume_unique=True))


def _listed_now(engine: Engine) -> list[Shard]:
    with engine.connect() as connection:
        return shards_in(connection)


def _rank(finding: Finding) -> int:
    return list(FindingCode).index(finding.code)
