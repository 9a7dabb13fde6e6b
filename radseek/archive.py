"""The composition root: the one place that picks concrete parts and joins them."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Self

from core.errors import CannotDecode, CardMismatch, InvalidRequest
from core.types import EncoderCard, Location, Pixels, Record, Through
from encoders.adapted import AdaptedEncoder
from encoders.adapters import adapter_for, adapter_of, read_adapter
from encoders.base import Encoder
from encoders.known_weights import recall_folder, remember_folder
from encoders.registry import called, folder_of, load_encoder, reads_texts
from imaging.profiles import PROFILES, VOI, Profile, profile_of
from imaging.rules import View
from imaging.unshaded import Unshaded
from indexer.again import Wanted
from indexer.engine import Engine
from indexer.giving_reports import Given, give_reports
from indexer.pipeline import Job, index, index_again
from indexer.removing import remove
from indexer.report import Progress, Report
from indexer.report_table import read_table
from indexer.vanishing import Missing
from radseek.engines import KeptEngine, open_engine
from radseek.reindexing import remove_from_other
from radseek.settings import Settings
from radseek.telling import told
from radseek.viewing import Viewer
from search.query import ImagePart
from search.searcher import Searcher
from storage.editions import Editions
from storage.layout import check_exists, collection_exists, collection_folder, collection_names
from storage.pointer import pointer_path
from storage.reader import CollectionInfo, CollectionReader
from storage.run_notes import Work
from storage.selection import Selection
from storage.stamps import Stamp, stamp_of
from storage.writer import CollectionWriter

log = logging.getLogger(__name__)

SLICES_PER_SERIES = 32  # of a new collection


class Archive:
    """One collection with its encoder. A context manager; safe to share between threads."""

    def __init__(self, settings: Settings, adapter: str | None = None) -> None:
        """With the name of an adapter the collection is seen through it, and only read."""
        self.settings = settings
        self._adapter = adapter
        self._opening = Lock()
        self._loading = Lock()
        self._reader: CollectionReader | None = None
        self._searcher: Searcher | None = None
        self._pointer: Stamp | None = None  # to the edition that the reader has open
        self._weights = settings.weights  # of the encoder of that edition
        self._encoders: dict[tuple[str, Path | None], Encoder] = {}
        self._viewer = Viewer(settings)
        self._kept: KeptEngine | None = None

    def reader(self) -> CollectionReader:
        """The edition of the collection that is served now. Raises UnknownName without one.

        Another one is opened when the collection has switched to it; who holds the reader of
        before, or a snapshot, goes on with that.
        """
        home, name = self.settings.home, self.settings.collection
        with self._opening:
            pointer = stamp_of(pointer_path(collection_folder(home, name)))
            if self._reader is None or pointer != self._pointer:
                opened = self._opened(home, name)
                if self._reader is not None and not opened.card.shares_space_with(
                    self._reader.card
                ):
                    self._forget_encoder()
                self._reader, self._pointer = opened, pointer
            return self._reader

    def searcher(self) -> Searcher:
        """Search on the collection; its encoder is loaded at the first text or image query."""
        reader = self.reader()
        with self._opening:
            if self._searcher is None or self._searcher.reader is not reader:
                encoder = partial(self.encoder_of, reader.card)
                self._searcher = Searcher(reader, encoder, self._pixels_of)
            return self._searcher

    @contextmanager
    def beside(self, encoders: Sequence[str]) -> Iterator[Searcher]:
        """Search on the complete edition that lies beside the served one.

        Raises InvalidRequest unless the two are of these encoders, as `spoken_name` gives them.
        """
        home, name = self.settings.home, self.settings.collection
        served, edition = self.reader().card, Editions(home, name).beside()
        if edition is None or not edition.is_complete:
            raise InvalidRequest(
                "The collection has one encoder. Make an edition with another one, and keep that "
                "of before: radseek reindex --encoder NAME."
            )
        with CollectionReader.open_edition(home, name, edition.layout) as reader:
            there = [spoken_name(card) for card in (served, reader.card)]
            if sorted(there) != sorted(encoders):
                raise InvalidRequest(
                    f"The collection has {there[0]}, which is served, and {there[1]} beside it. "
                    f"Write --encoders {','.join(there)}."
                )
            yield Searcher(reader, partial(self._encoder_by, reader.card, None), self._pixels_of)

    def encoder_of(self, card: EncoderCard) -> Encoder:
        """The encoder that a collection is bound to. Raises CardMismatch, WeightsMissing."""
        return self._encoder_by(card, self._weights)

    def _encoder_by(self, card: EncoderCard, weights: Path | None) -> Encoder:
        """The encoder of a card from a folder, else from where it was used last."""
        adapter = adapter_of(self.settings.home, card)
        if adapter is not None:
            return AdaptedEncoder(self._encoder_by(adapter.base, weights), adapter)
        folder = weights or recall_folder(self.settings.home, card.weights_sha256)
        encoder = self._load(card.name, folder)
        if not encoder.card.shares_space_with(card):
            raise CardMismatch(
                f"The collection was made with {_name(card)}, but the encoder at hand is "
                f"{_name(encoder.card)}. Point --weights to the folder it was made with."
            )
        return encoder

    def encoder(self) -> Encoder:
        """The encoder that the settings name, else the collection's, else radseek-mini."""
        if self.settings.encoder is None and self.exists():
            return self.encoder_of(self.reader().card)
        return self._load(self.settings.encoder or "mini", self.settings.weights)

    def encoder_name(self) -> str:
        """The name of that encoder, which is not loaded for it. Raises UnknownName."""
        if self.settings.encoder is None:
            return self.reader().card.name if self.exists() else "mini"
        return called(self.settings.encoder, self.settings.weights)

    def reads_texts(self) -> bool:
        """Whether the collection can be searched by words; its encoder is not loaded for it."""
        card = self.reader().card
        folder = self._weights or recall_folder(self.settings.home, card.weights_sha256)
        return reads_texts(card.name, folder)

    def profile(self) -> Profile:
        """The rendering that the settings name, else the collection's, else `voi`. CardMismatch."""
        if self.settings.rendering is not None:
            return PROFILES[self.settings.rendering]
        return profile_of(self.reader().rendering) if self.exists() else VOI

    def exists(self) -> bool:
        """Whether the collection has been made."""
        home, name = self.settings.home, self.settings.collection
        return collection_exists(home, name) and Editions(home, name).served().was_begun()

    def index(
        self,
        paths: Sequence[Path],
        progress: Callable[[Progress], None],
        stopped: Callable[[], bool],
        missing: Missing = Missing.REMOVE,
        gone: Sequence[Path] = (),
    ) -> Report:
        """Index files and folders into the collection, which is made when it is new.

        The encoder is loaded, and decoding processes are started, when there is a file to read.
        `missing` says what becomes of files that are no longer where they were; `gone` are paths,
        resolved, where there may be some.
        """
        with self._told_job(progress, stopped) as job:
            report = index(paths, replace(job, missing=missing), gone)
        return replace(report, conflicts=self.reader().conflicts())

    def index_again(
        self,
        wanted: Wanted,
        progress: Callable[[Progress], None],
        stopped: Callable[[], bool],
    ) -> Report:
        """Read those known files again that are wanted. Raises UnknownName without a collection."""
        check_exists(self.settings.home, self.settings.collection)
        with self._told_job(progress, stopped) as job:
            report = index_again(wanted, job)
        return replace(report, conflicts=self.reader().conflicts())

    def remove(self, selection: Selection, stopped: Callable[[], bool]) -> int:
        """Take files out of the collection, never off the disk, and give their number.

        Raises UnknownName without a collection.
        """
        check_exists(self.settings.home, self.settings.collection)
        with self._job(lambda _: None, stopped) as job:
            removed = remove(job.writer, selection, stopped)
        remove_from_other(self.settings, selection, stopped)
        return removed

    def give_reports(self, table: Path) -> Given:
        """Keep the reports of a table for their studies. UnknownName without a collection.

        Raises InvalidRequest for a table that cannot be read: nothing is kept of it then.
        """
        check_exists(self.settings.home, self.settings.collection)
        for _ in read_table(table):
            pass  # to its end, before anything is kept
        with self._job(lambda _: None, lambda: False) as job:
            return give_reports(read_table(table), job.writer)

    @contextmanager
    def one_engine(self) -> Iterator[None]:
        """Inside, runs share the engine that the first of them starts when it has files to read."""
        with KeptEngine() as kept:
            self._kept = kept
            try:
                yield
            finally:
                self._kept = None

    def query_image(self, content: bytes) -> ImagePart:
        """An uploaded file as a part of a query, rendered as the collection is.

        Raises CannotDecode, and CardMismatch for a rendering that is not here.
        """
        profile = profile_of(self.reader().rendering)
        pixels = self._viewer.picture(content, profile)
        return ImagePart(pixels, same_patient=self._of_same_patient(content, profile))

    def query_file(self, location: Location) -> ImagePart:
        """A file of the person's own as a part of a query, like `query_image`."""
        profile = profile_of(self.reader().rendering)
        pixels = self._viewer.view(location, View(), profile)
        return ImagePart(pixels, same_patient=self._of_same_patient(location, profile))

    def view(self, location: Location, view: View) -> Pixels:
        """One picture of a file as asked, rendered by `profile`. CannotDecode, CardMismatch."""
        return self._viewer.view(location, view, self.profile())

    def large_view(self, location: Location, frame: int) -> Pixels:
        """A picture of the collection at its full size. Raises CannotDecode.

        One that an older radseek rendered is shown as today's `voi` does.
        """
        return self._viewer.view(location, View(frame=frame), self._shown_profile())

    def unshaded(self, location: Location, frame: int) -> Unshaded:
        """The same picture before its window. Raises CannotDecode."""
        return self._viewer.unshaded(location, frame, self._shown_profile())

    def deidentified(self, location: Location, key: bytes) -> bytes:
        """A DICOM file without what names the patient, with other UIDs by `key`. CannotDecode."""
        return self._viewer.released(location, key, VOI)

    def close(self) -> None:
        """End the decoding processes and close the files."""
        self._viewer.close()
        with self._opening:
            if self._reader is not None:
                self._reader.close()
                self._reader = self._searcher = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _opened(self, home: Path, name: str) -> CollectionReader:
        opened = CollectionReader.open(home, name)
        if self._adapter is None:
            return opened
        card = opened.card
        if read_adapter(home, self._adapter).card.shares_space_with(card):
            return opened  # the edition that is served was made by it
        opened.close()
        adapter = adapter_for(home, self._adapter, card)
        return CollectionReader.open(home, name, Through(adapter.card, adapter.turned))

    def _pixels_of(self, record: Record) -> Pixels:
        try:
            return self.large_view(record.location, record.frame)
        except CannotDecode as error:
            raise InvalidRequest(
                f"Picture {record.id} cannot be seen again: its file {record.location} "
                f"cannot be read. {error}"
            ) from error

    def _shown_profile(self) -> Profile:
        try:
            return profile_of(self.reader().rendering)
        except CardMismatch:
            return VOI

    def _of_same_patient(self, wanted: bytes | Location, profile: Profile) -> int | None:
        """A picture of the patient whom a file names, by its identifier; None without one."""
        return self.reader().of_patient(self._viewer.identity(wanted, profile))

    def _forget_encoder(self) -> None:
        """Another encoder is served: the one of before leaves the memory with its last user."""
        self._encoders = {}
        self._weights = None

    def _load(self, name: str, folder: Path | None) -> Encoder:
        with self._loading:
            key = (name, folder)
            if key not in self._encoders:
                self._encoders[key] = load_encoder(name, folder, self.settings.device)
            return self._encoders[key]

    @contextmanager
    def _told_job(
        self, progress: Callable[[Progress], None], stopped: Callable[[], bool]
    ) -> Iterator[Job]:
        """A job that other processes can see."""
        with (
            self._job(progress, stopped) as job,
            told(self.settings, Work.INDEX, stopped) as teller,
        ):
            yield replace(job, progress=teller.progress(progress))

    @contextmanager
    def _job(
        self, progress: Callable[[Progress], None], stopped: Callable[[], bool]
    ) -> Iterator[Job]:
        settings = self.settings
        if self._adapter is not None:
            raise InvalidRequest("A collection is not written to through an adapter.")
        if self.exists():
            Editions(settings.home, settings.collection).up_to_date()
        card, profile = self._card(), self.profile()
        slices = self._slices_per_series()
        with CollectionWriter.open(
            settings.home, settings.collection, card, profile.id, slices, settings.index
        ) as writer:
            start = partial(self._start, card, profile, slices)
            job = Job(writer, start, settings.batch_size, slices, progress, stopped)
            yield replace(job, links_out=settings.links_out)

    def _start(
        self, card: EncoderCard, profile: Profile, slices: int
    ) -> AbstractContextManager[Engine]:
        start = partial(open_engine, self.settings, self.encoder_of(card), profile, slices)
        return start() if self._kept is None else nullcontext(self._kept.start(start))

    def _card(self) -> EncoderCard:
        """What the collection is bound to, or will be; one that is there knows without loading."""
        settings = self.settings
        if settings.weights is None and self.exists():
            card = self.reader().card
            if settings.encoder in (None, card.name):
                return card
        card = self.encoder().card
        folder = folder_of(settings.encoder, settings.weights)
        if folder is not None:
            remember_folder(settings.home, card.weights_sha256, folder)
        return card

    def _slices_per_series(self) -> int:
        """The number that the settings name, else the collection's, else the usual one."""
        if self.settings.slices_per_series is not None:
            return self.settings.slices_per_series
        return self.reader().slices_per_series if self.exists() else SLICES_PER_SERIES


def open_archive(settings: Settings, adapter: str | None = None) -> Archive:
    """The archive at the settings' home; nothing is opened or loaded before it is asked for.

    With the name of an adapter the collection is seen through it, and only read.
    """
    return Archive(settings, adapter)


def spoken_name(card: EncoderCard) -> str:
    """What people call the encoder of a card: its name, and that of its adapter."""
    _, plus, adapter = card.version.partition("+")
    return f"{card.name}{plus}{adapter}"


def _name(card: EncoderCard) -> str:
    return f"{card.name} {card.version} ({card.weights_sha256[:12]}, {card.preprocessing})"


def collections(settings: Settings) -> list[CollectionInfo]:
    """The collections in the home, by name."""
    return [_info(settings.home, name) for name in collection_names(settings.home)]


def _info(home: Path, name: str) -> CollectionInfo:
    reader = CollectionReader.open(home, name)
    try:
        return reader.info()
    finally:
        reader.close()
