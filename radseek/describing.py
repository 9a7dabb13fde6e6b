"""Machine texts: of one picture with its neighbours, and of a whole collection."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Final

import numpy as np

from core.errors import CannotDecode
from core.machine_text import CaptionerCard, Neighbour
from core.types import Ids, Location, Pixels
from encoders.captioner.base import Captioner
from encoders.captioner.registry import load_captioner
from imaging.rules import View
from radseek.archive import Archive
from radseek.settings import Settings
from radseek.upkeep import writer_of
from search.describing import neighbours_of
from search.query import ImagePart, InstancePart, Query
from search.request import Request
from storage.snapshot import Snapshot
from storage.writer import CollectionWriter

BLOCK: Final = 512  # pictures that are made durable at once
NOT_A_REPORT: Final = "Machine text, not a report. Not for diagnosis."

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Description:
    """What a captioner writes of one picture."""

    text: str
    captioner: CaptionerCard
    neighbours: tuple[Neighbour, ...]  # that it was told, nearest first


@dataclass(frozen=True, slots=True)
class Described:
    """How far the texts of a collection have come."""

    captioner: CaptionerCard
    new: int  # pictures that got a text now
    described: int  # pictures that have one
    unreadable: int  # pictures whose files cannot be read now
    pictures: int  # of the collection


class Describer:
    """The captioner of the settings, loaded when it is first needed. Safe to share by threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = Lock()
        self._captioner: Captioner | None = None

    def captioner(self) -> Captioner:
        """Raises UnknownName, WeightsMissing, WeightsMismatch, InvalidRequest."""
        with self._lock:
            if self._captioner is None:
                settings = self._settings
                self._captioner = load_captioner(
                    settings.captioner, settings.captioner_weights, settings.device
                )
            return self._captioner

    def describe(self, archive: Archive, picture: Location | int, neighbours: int) -> Description:
        """Describe a file or an indexed picture, told of so many neighbours at most.

        These are of other patients, as far as files say. Raises CannotDecode, UnknownName without
        a collection to have neighbours in or for a picture that is not indexed.
        """
        pixels = pixels_of(archive, picture)
        told = _neighbours(archive, picture, neighbours) if neighbours else ()
        captioner = self.captioner()
        with self._lock:
            (text,) = captioner.describe([pixels], [told])
        return Description(text, captioner.card, told)


def pixels_of(archive: Archive, picture: Location | int) -> Pixels:
    """The picture of a file, or an indexed one at its full size."""
    if isinstance(picture, Location):
        return archive.view(picture, View())
    (record,) = archive.reader().snapshot().describe([picture])
    return archive.large_view(record.location, record.frame)


def describe_collection(
    archive: Archive, show: Callable[[Described], None], stopped: Callable[[], bool]
) -> Described:
    """Describe all pictures that have no machine text; each block is durable when it is shown.

    Raises UnknownName without a collection, InvalidRequest when another captioner wrote texts of
    it, CollectionLocked, CardMismatch, WeightsMissing, WeightsMismatch, StorageError.
    """
    captioner = Describer(archive.settings).captioner()
    with writer_of(archive.settings) as writer:
        writer.begin_texts(captioner.card)
        snapshot = archive.reader().snapshot()
        missing, total = snapshot.undescribed(), len(snapshot.ids)
        done = Described(captioner.card, 0, total - len(missing), 0, total)
        for start in range(0, len(missing), BLOCK):
            if stopped():
                break
            ids = missing[start : start + BLOCK]
            kept = _describe_block(archive, writer, captioner, snapshot, ids)
            done = replace(
                done,
                new=done.new + kept,
                described=done.described + kept,
                unreadable=done.unreadable + len(ids) - kept,
            )
            show(done)
        return done


def forget_descriptions(archive: Archive) -> None:
    """Take all machine texts away. Raises UnknownName, CollectionLocked, StorageError."""
    with writer_of(archive.settings) as writer:
        writer.forget_texts()


def _neighbours(archive: Archive, picture: Location | int, most: int) -> tuple[Neighbour, ...]:
    part: ImagePart | InstancePart = (
        archive.query_file(picture) if isinstance(picture, Location) else InstancePart(picture)
    )
    hits = archive.searcher().search(Request(Query((part,)), k=most)).hits
    return neighbours_of(hits, archive.reader().snapshot())


def _describe_block(
    archive: Archive,
    writer: CollectionWriter,
    captioner: Captioner,
    snapshot: Snapshot,
    ids: Ids,
) -> int:
    """Keep the texts of these pictures, and give the number of those that could be read."""
    told: list[tuple[int, str]] = []
    for part in _parts(_readable(archive, snapshot, ids), captioner.at_once):
        texts = captioner.describe([pixels for _, pixels in part], [()] * len(part))
        told += zip([number for number, _ in part], texts, strict=True)
    if told:
        writer.put_texts(np.array([number for number, _ in told]), [text for _, text in told])
    return len(told)


def _readable(archive: Archive, snapshot: Snapshot, ids: Ids) -> Iterator[tuple[int, Pixels]]:
    """The pictures of ids, of those whose files can be read; the others are logged."""
    for record in snapshot.describe(ids):
        try:
            yield record.id, archive.large_view(record.location, record.frame)
        except CannotDecode as error:
            log.warning("not described picture=%d code=%s", record.id, error.code)


def _parts(
    pictures: Iterator[tuple[int, Pixels]], size: int
) -> Iterator[Sequence[tuple[int, Pixels]]]:
    part: list[tuple[int, Pixels]] = []
    for picture in pictures:
        part.append(picture)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part
