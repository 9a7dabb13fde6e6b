"""The newest snapshot of a collection, made from the one before and what was committed since."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np

from core.errors import CollectionCorrupt
from core.types import Embeddings, EncoderCard, Ids, Mask, Through
from storage.catalog import Catalog, RowTable, Span, State
from storage.cohorts import Cohorts
from storage.columns import Columns
from storage.half_rows import stored_index
from storage.index_cache import has_no_gap, open_index
from storage.labels import Labels
from storage.layout import Layout
from storage.manifest import manifest_path
from storage.segments import Segment, append, segment_of
from storage.shards import ShardMaps, TurnedMaps, to_unit
from storage.snapshot import Snapshot
from storage.stamps import Stamp, stamp_of
from storage.stored_index import OpenIndex, StoredIndex, found_by_themselves
from storage.volumes import Volumes

log = logging.getLogger(__name__)

MOST_IN_MEMORY = 50_000  # rows that no index covers; more of them are searched where they lie
CANARIES = 16  # stored rows that must find themselves in an index that is opened
NOTHING = Span(first_id=0, next_id=0, sequence=0)
NO_ROWS = RowTable(*(np.empty(0, dtype=np.int64) for _ in range(3)))


@dataclass(frozen=True, slots=True)
class Moment:
    """A snapshot with all that the next one is made from."""

    sequence: int
    arrangement: int
    next_id: int
    stamp: Stamp | None  # of the index
    base: OpenIndex | None
    rows: RowTable
    segments: Sequence[Segment]  # the base, if there is one, comes first
    columns: Columns
    labels: Labels
    volumes: Volumes
    snapshot: Snapshot


class Timeline:
    """Hands out the newest snapshot; threads can share it."""

    def __init__(
        self, catalog: Catalog, layout: Layout, card: EncoderCard, through: Through | None = None
    ) -> None:
        """`card` is that of the stored rows; those of a snapshot are what `through` makes them."""
        self._catalog = catalog
        self._layout = layout
        self._manifest = manifest_path(layout.index)
        self._card = card
        self._through = through
        self._cohorts = Cohorts(layout.cohorts)
        self._lock = Lock()
        self._moment = self._before_all()

    def newest(self) -> Moment:
        """The newest committed state. Costs one small query when nothing has changed."""
        if not self._is_newest(self._moment):
            with self._lock:
                self._catch_up()
        return self._moment

    def _is_newest(self, moment: Moment) -> bool:
        stamp = stamp_of(self._manifest)
        return moment.sequence == self._catalog.sequence() and moment.stamp == stamp

    def _catch_up(self) -> None:
        if not self._is_newest(self._moment):
            self._moment = self._after(self._moment)

    def _after(self, before: Moment) -> Moment:
        """The newest moment, all of it of one committed state."""
        while True:
            # First the index: one of a later state than the catalog's could not be opened.
            stamp = stamp_of(self._manifest)
            with self._catalog.standing_still() as catalog:
                state = catalog.state()
                maps = self._maps(catalog, state)
                if maps is not None:
                    return self._made(before, catalog, state, stamp, maps)

    def _maps(self, catalog: Catalog, state: State) -> ShardMaps | None:
        """The shards of a state; None when a compaction has taken them away meanwhile."""
        try:
            maps = ShardMaps(self._layout.shards, self._card.dim, catalog.shards())
            return maps if self._through is None else TurnedMaps(maps, self._through)
        except (CollectionCorrupt, FileNotFoundError):
            if self._catalog.state().arrangement == state.arrangement:
                raise
            return None

    def _made(
        self, before: Moment, catalog: Catalog, state: State, stamp: Stamp | None, maps: ShardMaps
    ) -> Moment:
        new = Span(before.next_id, state.next_id, state.sequence)
        rows, kept = _rows_of(before, catalog, state, new)
        base = before.base if stamp == before.stamp else self._open_base(state, rows, maps)
        segments = _with_rest(_surviving(before, base, rows.ids), rows, maps)
        columns = before.columns.followed_by(catalog, kept, new, len(rows.ids) - int(kept.sum()))
        labels = before.labels.followed_by(catalog, kept, rows.ids)
        volumes = before.volumes.followed_by(rows.ids)
        snapshot = Snapshot(
            self._catalog,
            rows,
            maps,
            segments,
            columns,
            labels,
            volumes,
            self._cohorts,
            state.sequence,
        )
        return Moment(
            state.sequence,
            state.arrangement,
            state.next_id,
            stamp,
            base,
            rows,
            segments,
            columns,
            labels,
            volumes,
            snapshot,
        )

    def _open_base(self, state: State, rows: RowTable, maps: ShardMaps) -> OpenIndex | None:
        if self._through is not None:
            return None  # it is of the rows as they are stored
        base, folder = open_index(self._layout.index, self._card, state), self._layout.index
        if base is None:
            return None
        if not has_no_gap(base.index.ids, rows.ids):
            log.warning("index lacks rows, searching without it folder=%s", folder)
            return None
        if not found_by_themselves(base.index, *_canaries(base.index, rows, maps)).all():
            log.warning("index does not find its own rows, searching without it folder=%s", folder)
            return None
        return base

    def _before_all(self) -> Moment:
        columns = Columns(self._catalog, NOTHING, rows=0)
        maps = ShardMaps(self._layout.shards, self._card.dim, [])
        labels = Labels(self._catalog, NO_ROWS.ids)
        volumes = Volumes(NO_ROWS.ids)
        snapshot = Snapshot(
            self._catalog, NO_ROWS, maps, [], columns, labels, volumes, self._cohorts, sequence=0
        )
        return Moment(0, 0, 0, None, None, NO_ROWS, [], columns, labels, volumes, snapshot)


def _rows_of(before: Moment, catalog: Catalog, state: State, new: Span) -> tuple[RowTable, Mask]:
    """Where the rows of a state lie, and which of those before are among them."""
    if state.arrangement != before.arrangement:
        rows = catalog.rows(Span(0, new.next_id, new.sequence))
        return rows, np.isin(before.rows.ids, rows.ids, assume_unique=True)
    kept = ~np.isin(before.rows.ids, catalog.died(before.sequence, state.sequence))
    return _followed_by(before.rows, kept, catalog.rows(new)), kept


def _canaries(index: StoredIndex, rows: RowTable, maps: ShardMaps) -> tuple[Ids, Embeddings]:
    """Some living rows of an index, spread over it, as the shards hold them."""
    covered = np.flatnonzero(np.isin(rows.ids, index.ids, assume_unique=True))
    chosen = covered[np.linspace(0, len(covered) - 1, min(CANARIES, len(covered))).astype(np.int64)]
    return rows.ids[chosen], to_unit(maps.gather(rows.shard[chosen], rows.slot[chosen]))


def _surviving(before: Moment, base: OpenIndex | None, living: Ids) -> list[Segment]:
    """The segments that stay in use: all of them, or only the base when it is another one."""
    if base is before.base:
        return [segment_of(segment.index, living) for segment in before.segments]
    return [] if base is None else [segment_of(base.index, living)]


def _with_rest(known: Sequence[Segment], rows: RowTable, maps: ShardMaps) -> list[Segment]:
    """Behind the segments, the rows that none of them covers, exactly."""
    covered = known[-1].index.ids[-1] if known else 0
    rest = rows.ids > covered
    ids, shard, slot = rows.ids[rest], rows.shard[rest], rows.slot[rest]
    if len(ids) > MOST_IN_MEMORY:
        return [*known, Segment(stored_index(ids, shard, slot, maps), None, len(ids))]
    return append(known, ids, to_unit(maps.gather(shard, slot)))


def _followed_by(before: RowTable, kept: Mask, new: RowTable) -> RowTable:
    return RowTable(
        np.append(before.ids[kept], new.ids),
        np.append(before.shard[kept], new.shard),
        np.append(before.slot[kept], new.slot),
    )
