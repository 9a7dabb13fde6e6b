"""The one writer of a collection: each batch is durable as a whole, or was never there."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, insert

from core.errors import CardMismatch, CollectionCorrupt, StorageError
from core.machine_text import CaptionerCard
from core.types import EmbeddedFile, Embeddings, EncoderCard, Ids, Location, Slice
from storage import accounts, series
from storage.accounts import KnownFile
from storage.batch import Batch
from storage.binding import Binding
from storage.catalog import Catalog, FileState
from storage.compaction import DEAD_SHARE, Compacted, compact, worn_shards
from storage.database import end_unfinished, open_for_writing, passing, storage_errors
from storage.durable import sync_folder
from storage.given_reports import GivenReport, give
from storage.held import Held, held
from storage.index_cache import discard_newer, rebuild, remember_wish, serves
from storage.index_kinds import IndexKind
from storage.label_sets import (
    KeptSet,
    LabelSet,
    Probabilities,
    begin_set,
    drop_set,
    put_block,
)
from storage.lacking import Lacking, lacking
from storage.layout import Layout
from storage.locations import Key, key_of
from storage.lock import WriterLock, lock_served
from storage.machine_texts import begin_texts, forget_texts, put_texts
from storage.map_file import MapFile
from storage.migrate import bring_up_to_date, create_schema, revision_of
from storage.resolve import contents, resolve
from storage.schema import meta
from storage.selection import Selection, some
from storage.shards import (
    allot,
    append_rows,
    checksums,
    remove_strays,
    to_half,
    truncate_to_committed,
)
from storage.thumbnails import ThumbnailWriter
from storage.transaction import Placed, commit_batch
from storage.visits import Visits, open_visits

log = logging.getLogger(__name__)

UNIT_TOLERANCE = 1e-3
SLICES_PER_SERIES = 32
VISITS = "visits.sqlite"
FIRST_ID = 1


class CollectionWriter:
    """Adds files to a collection. A context manager; holds the collection's lock until `close`."""

    def __init__(
        self,
        name: str,
        layout: Layout,
        card: EncoderCard,
        engine: Engine,
        thumbnails: ThumbnailWriter,
        opened: ExitStack,
        index: IndexKind | None,
    ) -> None:
        """Use `open`."""
        self._name = name
        self._layout = layout
        self._card = card
        self._engine = engine
        self._catalog = Catalog(engine, name)
        self._thumbnails = thumbnails
        self._opened = opened
        self._index = index
        self._is_certain = True  # whether the last change is known to be there, or not to be

    @classmethod
    def open(
        cls,
        home: Path,
        name: str,
        card: EncoderCard,
        rendering: str,
        slices_per_series: int = SLICES_PER_SERIES,
        index: IndexKind | None = None,
    ) -> "CollectionWriter":
        """Open a collection for writing; creates it, bound to the card and rendering, when absent.

        `index` is the kind that is made from now on; without it, the one that was wanted last.
        With another number of slices than it has, the slices that were left out are pending again.
        Raises InvalidRequest for a bad name, CollectionLocked, CardMismatch, CollectionCorrupt,
        SchemaTooNew, and StorageError when the disk or the permissions do not allow it.
        """
        with storage_errors(name), ExitStack() as opened:
            layout = lock_served(home, name, opened)
            binding = Binding(card, rendering, slices_per_series)
            return cls._open(layout, name, binding, FIRST_ID, opened, index)

    @classmethod
    def open_edition(
        cls,
        layout: Layout,
        name: str,
        binding: Binding,
        first_id: int,
        index: IndexKind | None = None,
    ) -> "CollectionWriter":
        """Open an edition that is not served, like `open`; ids of a new one begin at `first_id`."""
        with storage_errors(name), ExitStack() as opened:
            layout.create()
            opened.callback(WriterLock(layout.lock, name).release)
            return cls._open(layout, name, binding, first_id, opened, index)

    @classmethod
    def _open(
        cls,
        layout: Layout,
        name: str,
        binding: Binding,
        first_id: int,
        opened: ExitStack,
        index: IndexKind | None,
    ) -> "CollectionWriter":
        card = binding.card
        engine = opened.enter_context(passing(open_for_writing(layout.catalog)))
        _prepare_catalog(engine, layout, name, binding, first_id)
        end_unfinished(engine)
        _recover(Catalog(engine, name), layout, name, card)
        _set_slices(Catalog(engine, name), binding.slices_per_series)
        thumbnails = ThumbnailWriter(layout.thumbnails)
        opened.callback(thumbnails.close)
        return cls(name, layout, card, engine, thumbnails, opened.pop_all(), index)

    def known(self) -> dict[Location, KnownFile]:
        """Every file that was read before, whatever became of it."""
        with self._catalog.reading() as connection:
            return accounts.known(connection)

    def held(self, hashes: Iterable[str]) -> dict[str, FileState]:
        """What the collection has of files with these SHA-256; none of those that it lacks."""
        with self._catalog.reading() as connection:
            found = held(connection, hashes)
        return {sha256: each.state for sha256, each in found.items()}

    def visits(self) -> AbstractContextManager[Visits]:
        """The account of a run over this collection, on disk beside it, gone at its end."""
        return open_visits(self._layout.root / VISITS, self._layout.catalog, self._name)

    def some(self, selection: Selection, most: int) -> list[Location]:
        """So many of the selected files at most."""
        with self._catalog.reading() as connection:
            return some(connection, selection, most)

    def pending_slices(self) -> Iterator[list[Slice]]:
        """All slices of each series that has a pending one, one series after the other.

        The series are those of now, each with its slices as they are when its turn comes.
        """
        with self._catalog.reading() as connection:
            undecided = series.undecided(connection)
        for series_uid in undecided:
            with self._catalog.reading() as connection:
                slices = series.pending_slices(connection, series_uid)
            yield slices

    def settle(self, locations: Sequence[Location]) -> None:
        """Catalogue these pending slices as not sampled."""
        most = self._catalog.slices_per_series()
        with storage_errors(self._name), self._engine.begin() as connection:
            series.settle(connection, locations, most)

    def commit(self, batch: Batch) -> None:
        """Make one batch durable; when this returns, a power cut does not take it back.

        Files with the same bytes are one instance. A file that was read before, or is gone, leaves
        the instance it had; one that no file has any more is never found again, nor are its
        pictures. Bytes that come embedded anew replace the pictures they had. A header or a
        catalogued file whose bytes the batch or the collection knows better is taken as a copy.
        Raises ValueError for a location that comes twice, for copies of bytes that nobody has, and
        for embeddings that are not of unit length; StorageError when the disk does not take the
        batch: nothing of it is there then, and it may be committed again.
        """
        if not batch:
            return
        with storage_errors(self._name):
            with self._catalog.reading() as connection:
                before = held(connection, contents(batch))
            resolved = resolve(batch, {sha256: each.state for sha256, each in before.items()})
            keys = _keys(resolved)
            rows = _stacked(resolved.embedded, self._card.dim)
            with self._change():
                self._commit(resolved, keys, before, rows)

    def give_reports(self, reports: Sequence[GivenReport], seen: set[str]) -> list[GivenReport]:
        """Keep reports that were handed in; gives those that name nothing that is indexed.

        `seen` are the studies that have one of the same table: another is added to it.
        """
        with storage_errors(self._name), self._engine.begin() as connection:
            return give(connection, reports, seen)

    def refresh_index(self) -> None:
        """Make the index anew when it is missing, damaged, or too much has come or ended since."""
        with storage_errors(self._name):
            if not serves(self._layout.index, self._card, self._catalog, self._index):
                self.rebuild_index()
            remember_wish(self._layout.index, self._index)

    def rebuild_index(self) -> None:
        """Make the index anew from the shards. Raises CollectionCorrupt when a row is damaged."""
        with storage_errors(self._name):
            layout = self._layout
            rebuild(layout.index, self._card, self._catalog, layout.shards, self._index)

    def lacking_thumbnails(self, is_picture: Callable[[bytes], bool]) -> Iterator[list[Lacking]]:
        """The files of pictures without a thumbnail that is one, part by part."""
        with self._catalog.reading() as connection:
            yield from lacking(connection, self._thumbnails.shown(is_picture))

    def put_thumbnails(self, thumbnails: Mapping[int, bytes]) -> None:
        """Keep thumbnails by the ids of their pictures."""
        with storage_errors(self._name):
            self._thumbnails.replace(thumbnails)

    def begin_labels(self, asked: LabelSet) -> KeptSet:
        """Keep a set of labels that no picture has yet, or go on with the one that is the same.

        Raises InvalidRequest when another one has its name.
        """
        with self._labelling() as connection:
            return begin_set(connection, asked)

    def put_labels(self, kept: KeptSet, ids: Ids, probabilities: Probabilities) -> None:
        """Keep the probabilities of pictures (n,), ascending by id, that the set lacks.

        When this returns, a power cut does not take them back.
        """
        with self._labelling() as connection:
            put_block(connection, kept.id, ids, probabilities)

    def drop_labels(self, name: str) -> None:
        """Forget a set of labels. Raises UnknownName."""
        with self._labelling() as connection:
            drop_set(connection, name)

    def begin_texts(self, card: CaptionerCard) -> None:
        """Note who writes the machine texts. InvalidRequest when another captioner has before."""
        with self._labelling() as connection:
            begin_texts(connection, card)

    def put_texts(self, ids: Ids, texts: Sequence[str]) -> None:
        """Keep machine texts of pictures (n,), ascending by id, that have none yet.

        When this returns, a power cut does not take them back.
        """
        with self._labelling() as connection:
            put_texts(connection, ids, texts)

    def forget_texts(self) -> None:
        """Drop all machine texts."""
        with self._labelling() as connection:
            forget_texts(connection)

    def compact(self, share: float = DEAD_SHARE) -> Compacted:
        """Write anew the shards of whose rows more than `share` has ended, without these.

        What has ended and has no row left is forgotten: pictures, instances, names, thumbnails.
        Ids stay as they are. Raises CollectionCorrupt when a row is not what was committed, and
        StorageError when the disk does not take the new shards: nothing has changed then.
        """
        with storage_errors(self._name):
            worn = worn_shards(self._catalog, share)
            shards, dim = self._layout.shards, self._card.dim
            with self._change():
                compacted = compact(self._engine, self._catalog, shards, dim, worn)
            self._thumbnails.keep_only(self._catalog.groups)
            return compacted

    def compact_if_worn(self) -> None:
        """Compact as a run's last act, when a shard needs it; with no room it is put off (logged).

        Raises CollectionCorrupt as `compact` does.
        """
        try:
            if worn_shards(self._catalog, DEAD_SHARE):
                self.compact()
        except CollectionCorrupt:
            raise
        except StorageError as error:
            log.warning("compaction is put off collection=%s why=%s", self._name, error)

    def close(self) -> None:
        """Close the files and let the next writer in."""
        self._opened.close()

    def __enter__(self) -> "CollectionWriter":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _change(self) -> Iterator[None]:
        """Write rows only when it is certain that the last change is there, or never will be."""
        if not self._is_certain:
            end_unfinished(self._engine)
        self._is_certain = False
        yield
        self._is_certain = True

    @contextmanager
    def _labelling(self) -> Iterator[Connection]:
        with storage_errors(self._name), self._change(), self._engine.begin() as connection:
            yield connection

    def _commit(
        self, batch: Batch, keys: Sequence[Key], before: Mapping[str, Held], rows: Embeddings
    ) -> None:
        state, shards = self._catalog.state(), self._catalog.shards()
        last, half = (shards[-1] if shards else None), to_half(rows)
        thumbnails = [picture.thumbnail for file in batch.embedded for picture in file.pictures]
        # Until the transaction ends nobody knows of the rows and the thumbnails, and it does not
        # end before they are on the disk. Leaving the block waits for them in any case.
        with ThreadPoolExecutor(2) as beside:
            flushes: list[Future[Any]] = [
                beside.submit(self._thumbnails.put, state.next_id, thumbnails),
                beside.submit(append_rows, self._layout.shards, last, half),
            ]
            placed = Placed(
                extents=allot(last, len(half)),
                checksums=checksums(half),
                first_id=state.next_id,
                sequence=state.sequence + 1,
                seconds=int(time.time()),
                flushed=lambda: _wait_for(flushes),
            )
            commit_batch(self._engine, batch, keys, before, placed)


def _wait_for(flushes: Iterable[Future[Any]]) -> None:
    for flush in flushes:
        flush.result()


def _prepare_catalog(
    engine: Engine, layout: Layout, name: str, binding: Binding, first_id: int
) -> None:
    card, rendering = binding.card, binding.rendering
    if revision_of(engine) is None:
        _check_no_rows(layout, name)
        _create(engine, card, rendering, first_id)
        sync_folder(layout.root)
    bring_up_to_date(engine, layout.catalog, name)
    catalog = Catalog(engine, name)
    _check_bound(name, catalog.card(), catalog.rendering(), card, rendering)


def _check_no_rows(layout: Layout, name: str) -> None:
    """Raise CollectionCorrupt when there are embeddings whose catalog was lost."""
    if any(path.stat().st_size for path in layout.shards.glob("*.f16")):
        raise CollectionCorrupt(
            f"The catalog of {name!r} is missing, but its embeddings are there. Restore it from a "
            f"backup, or delete {layout.root} and index the files again."
        )


def _create(engine: Engine, card: EncoderCard, rendering: str, first_id: int) -> None:
    row = {
        "id": 1,
        "encoder_name": card.name,
        "encoder_version": card.version,
        "encoder_dim": card.dim,
        "encoder_weights_sha256": card.weights_sha256,
        "encoder_preprocessing": card.preprocessing,
        "encoder_licence": card.licence,
        "rendering": rendering,
        "slices_per_series": SLICES_PER_SERIES,
        "sequence": 0,
        "arrangement": 0,
        "next_id": first_id,
        "updated_at": int(time.time()),
    }
    with engine.begin() as connection:
        create_schema(connection)
        connection.execute(insert(meta), row)


def _check_bound(
    name: str, bound: EncoderCard, bound_rendering: str, card: EncoderCard, rendering: str
) -> None:
    """Raise CardMismatch when rows of the two could not be compared."""
    pairs = {
        "encoder": (bound.name, card.name),
        "dimension": (bound.dim, card.dim),
        "weights": (bound.weights_sha256[:12], card.weights_sha256[:12]),
        "preprocessing": (bound.preprocessing, card.preprocessing),
        "rendering": (bound_rendering, rendering),
    }
    wrong = [f"{what} {old!r}, not {new!r}" for what, (old, new) in pairs.items() if old != new]
    if wrong:
        raise CardMismatch(
            f"The collection {name!r} was made with {'; '.join(wrong)}. "
            "Index into a new collection, use the encoder that this one was made with, "
            "or make it anew with the other one: radseek reindex."
        )


def _recover(catalog: Catalog, layout: Layout, name: str, card: EncoderCard) -> None:
    shards = catalog.shards()
    truncate_to_committed(layout.shards, card.dim, shards)
    remove_strays(layout.shards, shards)
    discard_newer(layout.index, catalog.state())
    MapFile(layout.map, name, card).discard_newer(catalog.state().sequence)


def _set_slices(catalog: Catalog, slices_per_series: int) -> None:
    if catalog.slices_per_series() != slices_per_series:
        with catalog.reading() as connection, connection.begin():
            series.ask_again(connection, slices_per_series)


def _keys(batch: Batch) -> list[Key]:
    """Those of the batch's locations, in their order, all different."""
    keys = [key_of(location) for location in batch.locations()]
    if len(set(keys)) < len(keys):
        raise ValueError("a location comes twice in one batch")
    return keys


def _stacked(embedded: Sequence[EmbeddedFile], dim: int) -> Embeddings:
    """The rows of all files one below the other, (n, dim), checked."""
    for file in embedded:
        if file.embeddings.shape != (len(file.pictures), dim):
            raise ValueError(f"{file.embeddings.shape} for {len(file.pictures)} rows of {dim}")
    rows = np.concatenate([np.empty((0, dim), np.float32), *(f.embeddings for f in embedded)])
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    if not (np.abs(lengths - 1) < UNIT_TOLERANCE).all():
        raise ValueError("embeddings are not of unit length")
    return rows
