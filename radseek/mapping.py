"""The map of a collection, made from its embeddings and kept beside them."""

from radseek.settings import Settings
from search.maps.making import make_map
from storage.embedding_map import EmbeddingMap, MapMethod
from storage.reader import CollectionReader
from storage.verify_findings import Show


def map_collection(
    settings: Settings, most: int, method: MapMethod | None, show: Show
) -> EmbeddingMap:
    """Make and keep the map of the collection of the settings; others may read and write it.

    Raises UnknownName without a collection, InvalidRequest for what cannot be laid out, and
    StorageError.
    """
    with CollectionReader.open(settings.home, settings.collection) as reader:
        made = make_map(reader.snapshot(), most, method, show)
        reader.map_file.write(made)
        return made
