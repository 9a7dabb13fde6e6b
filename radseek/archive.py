"""The composition root: the one place that picks concrete parts and joins them."""

import logging
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from threading import Lock

from core.errors import CardMismatch
from core.types import EncoderCard, Pixels
from encoders.base import Encoder
from encoders.known_weights import recall_folder, remember_folder
from encoders.registry import load_encoder
from imaging.decode import read_pictures
from imaging.display import RENDERING
from imaging.query import MIDDLE_FRAME, read_query
from imaging.workers import DecodePool
from indexer.pipeline import index
from indexer.report import Progress, Report
from radseek.settings import Settings
from search.query import ImageQuery
from search.searcher import Searcher
from storage.layout import collection_exists, collection_names
from storage.reader import CollectionInfo, CollectionReader
from storage.writer import CollectionWriter

log = logging.getLogger(__name__)


class Archive:
    """One collection with its encoder. Safe to share between threads."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._opening = Lock()
        self._loading = Lock()
        self._reader: CollectionReader | None = None
        self._encoders: dict[tuple[str, Path | None], Encoder] = {}

    def reader(self) -> CollectionReader:
        """The collection, opened once. Raises UnknownName when there is none."""
        with self._opening:
            if self._reader is None:
                self._reader = CollectionReader.open(self.settings.home, self.settings.collection)
            return self._reader

    def searcher(self) -> Searcher:
        """Search on the collection; its encoder is loaded at the first text or image query."""
        reader = self.reader()
        return Searcher(reader, partial(self.encoder_of, reader.card))

    def encoder_of(self, card: EncoderCard) -> Encoder:
        """The encoder that a collection is bound to. Raises CardMismatch, WeightsMissing."""
        folder = self.settings.weights or recall_folder(self.settings.home, card.weights_sha256)
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

    def exists(self) -> bool:
        """Whether the collection has been made."""
        return collection_exists(self.settings.home, self.settings.collection)

    def _load(self, name: str, folder: Path | None) -> Encoder:
        with self._loading:
            key = (name, folder)
            if key not in self._encoders:
                self._encoders[key] = load_encoder(name, folder, self.settings.device)
            return self._encoders[key]

    def index(
        self,
        paths: Sequence[Path],
        progress: Callable[[Progress], None],
        stopped: Callable[[], bool],
    ) -> Report:
        """Index files and folders into the collection, which is made when it is new."""
        encoder, settings = self.encoder(), self.settings
        if settings.weights is not None:
            remember_folder(settings.home, encoder.card.weights_sha256, settings.weights)
        with (
            CollectionWriter.open(
                settings.home, settings.collection, encoder.card, RENDERING
            ) as writer,
            DecodePool(encoder.prepare, settings.workers, settings.decode_seconds) as pool,
        ):
            return index(paths, writer, encoder, pool, settings.batch_size, progress, stopped)

    def query_image(self, content: bytes) -> ImageQuery:
        """An uploaded file as a query, through the same door as the archive. CannotDecode."""
        return ImageQuery(read_query(content, self.settings.decode_seconds))


def read_query_picture(path: Path) -> Pixels:
    """The picture that stands for a file of the person's own. Raises CannotDecode.

    It is decoded in this process: what crashes a decoder ends one command, not a server.
    """
    return read_pictures(path, MIDDLE_FRAME)[0].pixels


def open_archive(settings: Settings) -> Archive:
    """The archive at the settings' home; nothing is opened or loaded before it is asked for."""
    return Archive(settings)


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
