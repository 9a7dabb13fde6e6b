"""A snapshot as small as its rows, for the tests of what comes after the index."""

import numpy as np

from core.errors import UnknownName
from search.candidates import ByEmbedding
from search.eligible import eligible
from search.query import EmbeddingPart, Query
from search.retrieval import retrieve
from storage.columns import EMPTY, NONE_KEPT
from storage.keys import Key
from storage.volumes import Volumes

ONE = Query((EmbeddingPart(np.ones(1, np.float32)),))


class FakeSnapshot:
    """Rows (n, dim) with keys; counts how often it is searched. Without keys each is its own."""

    sequence = 1

    def __init__(self, rows, dim=1, series_uid=(), **keys):
        rows = np.asarray(rows, np.float32).reshape(len(rows), np.size(rows[:1]) or dim)
        self.ids = np.arange(1, len(rows) + 1)
        self._rows = rows
        self._keys = {Key(name): np.array(values, np.int64) for name, values in keys.items()}
        self._uids = EMPTY.followed_by(NONE_KEPT, series_uid)
        self.searches = 0

    def search(self, query, k, among=None, like_images=False):
        self.searches += 1
        scores = (self._rows.astype(np.float64) @ query[0].astype(np.float64)).astype(np.float32)
        rows = np.flatnonzero(among) if among is not None else np.arange(len(self.ids))
        best = rows[np.argsort(-scores[rows], kind="stable")][:k]
        left = k - len(best)
        ids = np.append(self.ids[best], np.full(left, -1))
        found = np.append(scores[best], np.full(left, -np.inf, np.float32))
        return ids[None], found[None]

    def keys(self, key):
        return self._keys.get(key, -self.ids)

    def column(self, name):
        assert name == "series_uid"
        return self._uids

    def volumes(self):
        return Volumes(self.ids).get(self.keys(Key.SERIES), self.embeddings)

    @property
    def copied(self):
        keys = self.keys(Key.PIXELS)
        return np.array([np.count_nonzero(keys == key) > 1 for key in keys], bool)

    def patients(self, ids):
        return self.keys(Key.PATIENT)[self.places(ids)]

    def rows_with(self, key, wanted):
        return np.flatnonzero(np.isin(self.keys(key), wanted))

    def places(self, ids):
        wanted = np.asarray(ids, np.int64)
        if not np.isin(wanted, self.ids).all():
            raise UnknownName("No picture has this id.")
        return wanted - 1

    def embeddings(self, ids):
        return self._rows[self.places(ids)]


def found(snapshot, request, row=(1.0,)):
    """What is found for a request whose query is this row."""
    admitted = eligible(snapshot, request)
    candidates = ByEmbedding(snapshot, np.array([row], np.float32), admitted.among)
    return retrieve(candidates, snapshot, request, admitted.among)


def hits(snapshot, request, row=(1.0,)):
    """The same as (id, copies, near, more) of each hit."""
    page = found(snapshot, request, row)
    columns = (page.ids, page.copies, page.near, page.more)
    return list(zip(*(column.tolist() for column in columns), strict=True))
