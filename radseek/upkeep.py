"""The care of a collection: check it, make its caches anew, save it."""

from core.errors import UnknownName
from imaging.thumbnail import is_thumbnail
from radseek.settings import Settings
from storage.layout import Layout, collection_exists, collection_names, layout_of
from storage.verify import Examination, Verified, verify
from storage.verify_findings import Depth, Show


def verify_collection(settings: Settings, depth: Depth, show: Show) -> Verified:
    """Check the collection of the settings. Raises UnknownName, SchemaTooNew, StorageError."""
    how = Examination(depth, is_thumbnail, show)
    return verify(_layout(settings), settings.collection, how)


def _layout(settings: Settings) -> Layout:
    """Where the collection lies. Raises UnknownName when there is none."""
    if not collection_exists(settings.home, settings.collection):
        known = ", ".join(collection_names(settings.home)) or "none yet"
        raise UnknownName(f"There is no collection {settings.collection!r}. Known: {known}.")
    return layout_of(settings.home, settings.collection)
