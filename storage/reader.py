"""What a collection answers, also while another process writes to it."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from weakref import finalize

import numpy as np
from sqlalchemy import Connection, Engine

from core.types import (
    CatalogueCode,
    EncoderCard,
    Identity,
    Ids,
    Related,
    SeriesImage,
    SkipCode,
    Skipped,
    Through,
)
from storage import accounts, label_sets, relations, series
from storage.accounts import CataloguedFile
from storage.catalog import Catalog, FileState
from storage.cohorts import Cohorts
from storage.database import open_for_reading, storage_errors
from storage.kept_rows import KeptRows
from storage.label_sets import KeptSet
from storage.layout import Layout, check_exists, layout_of
from storage.map_file import MapFile
from storage.migrate import check_readable
from storage.mounts import network_type
from storage.relations import Link
from storage.report_texts import report_texts
from storage.saved_searches import SavedSearches
from storage.selection import Selection, how_many
from storage.snapshot import Snapshot
from storage.thumbnails import ThumbnailReader
from storage.timeline import Moment, Timeline

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CollectionInfo:
    """A collection in numbers."""

    name: str
    card: EncoderCard
    rendering: str
    slices_per_series: int  # of each stack at most; 0: all
    files: int  # embedded ones; a copy counts, here and below
    pictures: int
    catalogued: int  # files without a picture
    pending: int  # slices that a stopped run has left to choose from
    skipped: int  # files that could not be read
    catalogued_by_code: Mapping[CatalogueCode, int]  # of the codes that occur
    skipped_by_code: Mapping[SkipCode, int]  # of the codes that occur
    copies: int  # files with the bytes of another one
    conflicts: int  # SOP Instance UIDs that files with different pixels claim
    reports: int  # texts, read from files or handed in
    bytes_on_disk: int
    index_kind: str  # of IndexKind, or "exact" while there is no index file
    index_rows: int
    index_recall: float  # at 10, against exact search, of queries like images; 1: it is exact
    index_recall_texts: float  # the same of queries like texts
    index_parameters: Mapping[str, float]
    index_built_at: datetime | None  # aware, UTC, when its recall was measured; None: not stated
    sequence: int
    updated_at: datetime  # aware, UTC


class CollectionReader:
    """Reads one edition of a collection. A context manager; threads can share it.

    The files are closed by `close`, or when nobody holds it or a snapshot of it any more.
    """

    def __init__(
        self,
        name: str,
        layout: Layout,
        engine: Engine,
        kept_rows: KeptRows,
        through: Through | None = None,
    ) -> None:
        """Use `open`."""
        self._name = name
        self._layout = layout
        self._engine = engine
        self._catalog = Catalog(engine, name)
        stored = self._catalog.card()
        self.card = stored if through is None else through.card
        self.rendering = self._catalog.rendering()
        self._timeline = Timeline(self._catalog, layout, stored, through)
        self._thumbnails = ThumbnailReader(layout.thumbnails)
        self.cohorts = Cohorts(layout.cohorts)  # of all editions; can be changed, too
        self.searches = SavedSearches(layout.cohorts)  # likewise
        self.map_file = MapFile(layout.map, name, self.card)  # can be written, too
        self.kept_rows = kept_rows  # of the home
        # A reader that another edition took the place of is let go, not closed. A snapshot that
        # somebody still looks at holds the catalog.
        finalize(self._catalog, engine.dispose)
        finalize(self, self._thumbnails.close)

    @classmethod
    def open(cls, home: Path, name: str, through: Through | None = None) -> "CollectionReader":
        """Open a collection, its rows as they are stored or as they are seen through something.

        What is seen through is searched without an index. Raises UnknownName, SchemaTooNew,
        CollectionCorrupt, StorageError.
        """
        check_exists(home, name)
        return cls.open_edition(home, name, layout_of(home, name), through)

    @classmethod
    def open_edition(
        cls, home: Path, name: str, layout: Layout, through: Through | None = None
    ) -> "CollectionReader":
        """Open one edition of a collection, like `open`."""
        _warn_of_network(layout)
        engine = open_for_reading(layout.catalog)
        with storage_errors(name):
            try:
                check_readable(engine, name)
                return cls(name, layout, engine, KeptRows(home), through)
            except BaseException:
                engine.dispose()
                raise

    @property
    def slices_per_series(self) -> int:
        """How many slices of each stack are embedded at most; 0: all."""
        return self._catalog.slices_per_series()

    def snapshot(self) -> Snapshot:
        """The newest committed state; cheap when nothing has changed.

        Raises CollectionCorrupt when embeddings are missing, StorageError when it cannot be read.
        """
        return self._newest().snapshot

    def thumbnail(self, picture_id: int) -> bytes | None:
        """The WebP of a picture, or None when there is none."""
        return self._thumbnails.get(picture_id)

    def identity(self, picture_id: int) -> Identity | None:
        """What names the patient of a picture, or None when its file does not say."""
        return self._catalog.identity(picture_id)

    def of_patient(self, identity: Identity) -> int | None:
        """One picture of the patient with this identifier and issuer; None when there is none."""
        return self._catalog.of_patient(identity)

    def skipped(
        self, code: SkipCode | None = None, under: Path | None = None, most: int | None = None
    ) -> list[Skipped]:
        """The files that could not be read, by location; of one code, or under an absolute path.

        With `most` only the first so many.
        """
        with self._catalog.reading() as connection:
            return accounts.skipped(connection, code, under, most)

    def catalogued(
        self, code: CatalogueCode | None = None, under: Path | None = None
    ) -> list[CataloguedFile]:
        """The files without a picture, by location; of one code, or under an absolute path."""
        with self._catalog.reading() as connection:
            return accounts.catalogued(connection, code, under)

    def how_many(self, selection: Selection) -> int:
        """The number of files that are selected."""
        with self._catalog.reading() as connection:
            return how_many(connection, selection)

    def series(self, series_uid: str) -> list[SeriesImage]:
        """The images of a series in order, also those that are not embedded; localizers last."""
        with self._catalog.reading() as connection:
            return series.series(connection, series_uid)

    def reports(self, picture_id: int) -> list[str]:
        """The texts of the reports of a picture's study: they may name the patient."""
        with self._catalog.reading() as connection:
            return report_texts(connection, picture_id)

    def related(self, picture_id: int) -> list[Related]:
        """The other files that are linked to a picture's. Raises UnknownName."""
        with self._catalog.reading() as connection:
            return relations.related(connection, picture_id)

    def duplicates(self) -> list[Link]:
        """All files that are linked: by bytes, by SOP Instance UID, by pixels."""
        with self._catalog.reading() as connection:
            return relations.duplicates(connection)

    def conflicts(self) -> int:
        """How many SOP Instance UIDs are claimed by files with different pixels."""
        with self._catalog.reading() as connection:
            return relations.conflicts(connection)

    def info(self) -> CollectionInfo:
        """The collection in numbers."""
        with self._catalog.reading() as connection:
            counts, conflicts = accounts.counts(connection), relations.conflicts(connection)
            reports = accounts.living_reports(connection)
        state, base = self._catalog.state(), self._newest().base
        return CollectionInfo(
            name=self._name,
            card=self.card,
            rendering=self.rendering,
            slices_per_series=self.slices_per_series,
            files=counts.states[FileState.EMBEDDED],
            pictures=self._catalog.living(),
            catalogued=counts.states[FileState.CATALOGUED],
            pending=counts.states[FileState.PENDING],
            skipped=counts.states[FileState.SKIPPED],
            catalogued_by_code=counts.catalogued,
            skipped_by_code=counts.skipped,
            copies=counts.copies,
            conflicts=conflicts,
            reports=reports,
            bytes_on_disk=self._layout.bytes_on_disk(),
            index_kind="exact" if base is None else base.manifest.kind,
            index_rows=0 if base is None else base.manifest.rows,
            index_recall=1.0 if base is None else base.manifest.recall,
            index_recall_texts=1.0 if base is None else base.manifest.recall_texts,
            index_parameters={} if base is None else base.manifest.parameters,
            index_built_at=None if base is None else base.manifest.built(),
            sequence=state.sequence,
            updated_at=state.updated_at,
        )

    def labelled(self) -> list[tuple[KeptSet, int]]:
        """All sets of labels, each with how many pictures have them."""
        living = self.snapshot().ids
        with self._catalog.reading() as connection:
            sets = label_sets.kept_sets(connection)
            return [(one, _living(connection, one.id, living)) for one in sets]

    def close(self) -> None:
        """Close the files."""
        self._thumbnails.close()
        self._engine.dispose()

    def __enter__(self) -> "CollectionReader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _newest(self) -> Moment:
        with storage_errors(self._name):
            return self._timeline.newest()


def _living(connection: Connection, set_id: int, living: Ids) -> int:
    labelled = label_sets.labelled_ids(connection, set_id)
    return int(np.isin(labelled, living, assume_unique=True).sum())


def _warn_of_network(layout: Layout) -> None:
    """Who reads what another machine writes would see an older state, or a wrong one."""
    kind = network_type(layout.root)
    if kind is not None:
        log.warning(
            "the collection lies on a network file system: only search here while no other machine "
            "writes to it folder=%s type=%s",
            layout.root,
            kind,
        )
