"""The care of a collection: check it, make its caches anew, save it."""

import logging
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from core.errors import InvalidRequest, StorageError
from core.types import Pixels
from imaging.frames import FramePolicy
from imaging.profiles import profile_of
from imaging.thumbnail import is_thumbnail
from imaging.workers import DecodePool
from indexer.thumbnails import Remade, remake_thumbnails
from radseek import __version__
from radseek.settings import Settings
from radseek.telling import told, told_if_free
from radseek.viewing import rules_of
from storage.backup import Backup, back_up
from storage.compaction import Compacted
from storage.last_check import LastCheck, keep_check
from storage.layout import Layout, check_exists, layout_of
from storage.reader import CollectionReader
from storage.run_notes import Work
from storage.verify import Examination, Verified, verify
from storage.verify_findings import CheckProgress, Depth, Show
from storage.writer import CollectionWriter

log = logging.getLogger(__name__)


def verify_collection(settings: Settings, depth: Depth, show: Show) -> Verified:
    """Check the collection of the settings, and keep what was found.

    Raises UnknownName, SchemaTooNew, StorageError.
    """
    check_exists(settings.home, settings.collection)
    with told_if_free(settings, Work.VERIFY) as teller:
        return _verified(settings, depth, teller.check(show) if teller else show)


def back_up_collection(settings: Settings, folder: Path, show: Show) -> Backup:
    """Copy the collection of the settings into a new folder, checked.

    Raises UnknownName, InvalidRequest, CollectionLocked, CollectionCorrupt, StorageError.
    """
    how = Examination(Depth.USUAL, is_thumbnail, show)
    layout, wanted = _layout(settings), folder.absolute()
    if wanted.is_relative_to(settings.home.absolute() / "collections"):
        raise InvalidRequest(
            f"{folder} lies among the collections, and would be taken for one. Name another place."
        )
    return back_up(layout, settings.collection, wanted, __version__, how)


def rebuild_collection(settings: Settings, show: Show) -> Verified:
    """Make the index of the collection anew, and check the collection.

    Raises UnknownName, CollectionLocked, CollectionCorrupt when an embedding is damaged, and
    StorageError.
    """
    check_exists(settings.home, settings.collection)
    with told(settings, Work.REBUILD, lambda: False) as teller:
        tell = teller.check(show)
        with writer_of(settings) as writer:
            tell(CheckProgress("index", 0, 1))
            writer.rebuild_index()
        return _verified(settings, Depth.USUAL, tell)


def rebuild_thumbnails(settings: Settings, show: Show) -> Remade:
    """Make missing thumbnails from the files, rendered as the collection is.

    Raises UnknownName, CollectionLocked, CardMismatch for a rendering that is not here,
    DecodersUnavailable, and StorageError.
    """
    with CollectionReader.open(settings.home, settings.collection) as reader:
        profile, slices = profile_of(reader.rendering), reader.slices_per_series
    rules = rules_of(settings, profile, FramePolicy(settings.frames_per_cine, slices))
    bounds = (settings.decode_seconds, settings.worker_memory)
    with (
        writer_of(settings) as writer,
        DecodePool(_for_nobody, settings.workers, rules, *bounds) as pool,
    ):
        return remake_thumbnails(writer, pool.run, is_thumbnail, partial(_show_made, show))


def compact_collection(settings: Settings, share: float) -> Compacted:
    """Write anew the shards of whose embeddings more than a share has ended.

    Raises UnknownName, CollectionLocked, CollectionCorrupt when an embedding is damaged, and
    StorageError.
    """
    with writer_of(settings) as writer:
        return writer.compact(share)


def writer_of(settings: Settings) -> CollectionWriter:
    """Open a collection that exists for writing, with the encoder that it is bound to."""
    with CollectionReader.open(settings.home, settings.collection) as reader:
        binding = (reader.card, reader.rendering, reader.slices_per_series)
    return CollectionWriter.open(settings.home, settings.collection, *binding, index=settings.index)


def _verified(settings: Settings, depth: Depth, show: Show) -> Verified:
    """Check; where the finding cannot be kept, as on a disk that is read alone, it is only told."""
    how = Examination(depth, is_thumbnail, show)
    found = verify(_layout(settings), settings.collection, how)
    check = LastCheck(datetime.now(UTC), depth, found.sequence, found.pictures, found.findings)
    try:
        keep_check(settings.home, settings.collection, check)
    except StorageError as error:
        log.warning("what the check has found is not kept: %s", error)
    return found


def _for_nobody(pixels: Pixels) -> Pixels:
    """What is prepared where no encoder waits: next to nothing."""
    return pixels[:1, :1].copy()


def _show_made(show: Show, remade: Remade) -> None:
    show(CheckProgress("thumbnails", remade.made, remade.made + remade.left))


def _layout(settings: Settings) -> Layout:
    """Where the collection lies. Raises UnknownName when there is none."""
    check_exists(settings.home, settings.collection)
    return layout_of(settings.home, settings.collection)
