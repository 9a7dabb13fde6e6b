"""From the embeddings of a collection to its map."""

from datetime import UTC, datetime

from core.errors import InvalidRequest
from core.types import Embeddings, Ids
from search.maps.choosing import chosen
from search.maps.layouts import lay_out, method_for
from search.maps.near_pairs import near_pairs
from search.maps.trust import trust
from storage.embedding_map import EmbeddingMap, MapMethod, MapNote, NearPairs
from storage.keys import Key
from storage.snapshot import Snapshot
from storage.verify_findings import CheckProgress, Show

FEWEST = 3  # pictures, or there is nothing to be near to


def make_map(snapshot: Snapshot, most: int, wanted: MapMethod | None, show: Show) -> EmbeddingMap:
    """The map of at most so many pictures, by the method that is wanted, else the best one here.

    Raises InvalidRequest for a collection with too few pictures, or a method that cannot be.
    """
    ids = chosen(snapshot, most)
    if len(ids) < FEWEST:
        raise InvalidRequest(
            f"A map needs at least {FEWEST} pictures, and there would be {len(ids)} on this one."
        )
    method = method_for(wanted, len(ids))
    rows = snapshot.embeddings(ids)
    points = lay_out(rows, method, show)
    show(CheckProgress("trust", 0, 1))
    trusted = trust(rows, points)
    show(CheckProgress("trust", 1, 1))
    near = _near(snapshot, ids, rows, show)
    note = MapNote(
        method=method,
        sequence=snapshot.sequence,
        pictures=len(snapshot.ids),
        made_at=datetime.now(UTC),
        trust=trusted,
    )
    return EmbeddingMap(ids, points, near, note)


def _near(snapshot: Snapshot, ids: Ids, rows: Embeddings, show: Show) -> NearPairs:
    places = snapshot.places(ids)
    patients, series, pixels = (
        snapshot.keys(key)[places] for key in (Key.PATIENT, Key.SERIES, Key.PIXELS)
    )
    return near_pairs(rows, ids, patients, series, pixels, show)
