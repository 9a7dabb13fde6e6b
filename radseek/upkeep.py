"""The care of a collection: check it, make its caches anew, save it."""

from pathlib import Path

from core.errors import InvalidRequest, UnknownName
from imaging.thumbnail import is_thumbnail
from radseek import __version__
from radseek.settings import Settings
from storage.backup import Backup, back_up
from storage.compaction import Compacted
from storage.layout import Layout, collection_exists, collection_names, layout_of
from storage.reader import CollectionReader
from storage.verify import Examination, Verified, verify
from storage.verify_findings import Depth, Show
from storage.writer import CollectionWriter


def verify_collection(settings: Settings, depth: Depth, show: Show) -> Verified:
    """Check the collection of the settings. Raises UnknownName, SchemaTooNew, StorageError."""
    how = Examination(depth, is_thumbnail, show)
    return verify(_layout(settings), settings.collection, how)


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
    with _writer(settings) as writer:
        writer.rebuild_index()
    return verify_collection(settings, Depth.USUAL, show)


def compact_collection(settings: Settings, share: float) -> Compacted:
    """Write anew the shards of whose embeddings more than a share has ended.

    Raises UnknownName, CollectionLocked, CollectionCorrupt when an embedding is damaged, and
    StorageError.
    """
    with _writer(settings) as writer:
        return writer.compact(share)


def _writer(settings: Settings) -> CollectionWriter:
    """Open a collection that exists for writing, with the encoder that it is bound to."""
    with CollectionReader.open(settings.home, settings.collection) as reader:
        binding = (reader.card, reader.rendering, reader.slices_per_series)
    return CollectionWriter.open(settings.home, settings.collection, *binding)


def _layout(settings: Settings) -> Layout:
    """Where the collection lies. Raises UnknownName when there is none."""
    if not collection_exists(settings.home, settings.collection):
        known = ", ".join(collection_names(settings.home)) or "none yet"
        raise UnknownName(f"There is no collection {settings.collection!r}. Known: {known}.")
    return layout_of(settings.home, settings.collection)
