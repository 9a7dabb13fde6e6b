"""One committed state of a collection, which later ones do not disturb."""

from collections.abc import Collection, Sequence
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidRequest, UnknownName
from core.types import Embeddings, Ids, Location, Mask, Record, Scores
from storage.catalog import Catalog, Described, RowTable
from storage.cohorts import Cohorts
from storage.columns import Column, Columns
from storage.contents import Content, contents_of, pictures_of
from storage.finding import pictures_at
from storage.identifiers import Naming, names_somebody, pictures_named
from storage.index import NO_ID
from storage.keys import Key
from storage.label_sets import KeptSet
from storage.labels import Labels
from storage.machine_texts import NO_TEXT, KeptCaptioner, MachineTexts
from storage.nearest import nearest
from storage.records import Records
from storage.runs import Copies, RowsByKey, Runs
from storage.segments import Segment
from storage.shards import HalfRows, ShardMaps, to_unit
from storage.tiers import tiers_of
from storage.volumes import VolumeMeans, Volumes
from storage.word_search import Relevance, WordQuery, WordSearch


class Snapshot:
    """The rows of one sequence. Immutable, so that threads can share it."""

    def __init__(
        self,
        catalog: Catalog,
        rows: RowTable,
        maps: ShardMaps,
        segments: Sequence[Segment],
        columns: Columns,
        labels: Labels,
        volumes: Volumes,
        cohorts: Cohorts,
        sequence: int,
    ) -> None:
        self.sequence = sequence
        self.ids: Ids = rows.ids  # ascending: the order of the rows
        self._catalog = catalog
        self._records = Records(catalog)
        self._rows = rows
        self._maps = maps
        self._tiers = tiers_of(segments, rows.ids, partial(_halves, rows, maps))
        self._columns = columns
        self._labels = labels
        self._volumes = volumes
        self._cohorts = cohorts
        self._by_key: dict[Key, RowsByKey] = {}  # made when they are first asked for

    def search(
        self, queries: Embeddings, k: int, among: Mask | None = None, like_images: bool = False
    ) -> tuple[Ids, Scores]:
        """Find the k nearest rows of each query: (n, dim) -> (n, k) ids and cosines.

        Best first, equal scores by id; the first j of k are what a search for j gives. Exact, but
        with an index of the kind ivf-rabitq, which may miss some: its measured recall is in the
        manifest. There the places from 33, 257 and 2,049 on are looked up more deeply, and what
        only that finds stands behind them, even with a better score. The cosines are always those
        of the stored rows. With `like_images` it looks as hard as queries that are pictures need,
        less hard than for texts. `among` (rows,) says which rows may be returned, in the order of
        `ids`. Where fewer than k may, the places left over hold -1 and -inf. Raises InvalidRequest
        for k below 1.
        """
        self._check(queries, k, among)
        ids = np.full((len(queries), k), NO_ID, dtype=np.int64)
        scores = np.full((len(queries), k), -np.inf, dtype=np.float32)
        matching = len(self.ids) if among is None else int(np.count_nonzero(among))
        filled = min(k, matching)
        if filled and len(queries):
            tiers = self._tiers.through(matching, like_images)
            found = nearest(tiers, queries, filled, among, self.embeddings)
            ids[:, :filled], scores[:, :filled] = found
        return ids, scores

    def column(self, name: str) -> Column:
        """A tag of each row as text, in the order of `ids`: (rows,). Raises UnknownName."""
        return self._columns.get(name)

    def numbers(self, name: str) -> NDArray[np.float64]:
        """A number of each row, in the order of `ids`: (rows,); NaN where it is not stated.

        Dates are days since 1970-01-01, `age` is in years, tags are in their own units. Raises
        UnknownName.
        """
        return self._columns.numbers(name)

    def keys(self, key: Key) -> NDArray[np.int64]:
        """What rows are of one thing, in the order of `ids`: (rows,), equal where they are.

        A row whose file does not say has a key of its own, below 0. Keys are for one process alone:
        they name nothing, and another one gives others.
        """
        return self._columns.keys(key)

    def patients(self, ids: Sequence[int] | Ids) -> NDArray[np.int64]:
        """The keys of the patients of some pictures: n ids -> (n,). Raises UnknownName.

        From their records, so that those of all rows are not read.
        """
        return self._columns.numbered(Key.PATIENT, [each.patient for each in self._told(ids)])

    def rows_with(self, key: Key, wanted: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows that have one of these keys (n,), ascending, as places in the order of `ids`."""
        if key not in self._by_key:
            keys = self.keys(key)
            self._by_key[key] = Copies.of(self.ids, keys) if key is Key.PIXELS else Runs.of(keys)
        return self._by_key[key].rows_with(wanted)

    @cached_property
    def copied(self) -> Mask:
        """Which rows have the pixels of another one: (rows,)."""
        keys = self.keys(Key.PIXELS)
        others = keys != self.ids
        mask: Mask = others.copy()
        mask[self.rows_with(Key.PIXELS, keys[others])] = True
        return mask

    def words(self, query: WordQuery) -> Relevance:
        """How well the words of reports and descriptions fit each row, in the order of `ids`.

        (rows,); 0 where they do not. Reports and their words are those of now.
        """
        studies, described = map(self._columns.keyed, (Key.STUDY, Key.DESCRIPTION))
        return WordSearch(self._catalog, studies, described).relevance(query)

    def machine_words(self, query: WordQuery) -> Relevance | None:
        """How well machine texts fit each row, by themselves: (rows,); 0 where they do not.

        What a query excludes takes away what machine texts bring, whoever says it. None when there
        are no machine texts.
        """
        told = self._machine_texts
        if told.captioner is None:
            return None
        studies, described = map(self._columns.keyed, (Key.STUDY, Key.DESCRIPTION))
        return WordSearch(self._catalog, studies, described).machine_relevance(query, told.numbers)

    def captioner(self) -> KeptCaptioner | None:
        """Who wrote the machine texts; None when there are none."""
        return self._machine_texts.captioner

    def machine_texts(self, ids: Sequence[int] | Ids) -> list[str]:
        """The machine texts of pictures, in the order asked; empty: none. Raises UnknownName."""
        return self._machine_texts.of(self.places(ids))

    def undescribed(self) -> Ids:
        """The pictures without a machine text, ascending."""
        lacking: Ids = self.ids[self._machine_texts.numbers == NO_TEXT]
        return lacking

    @cached_property
    def _machine_texts(self) -> MachineTexts:
        return MachineTexts(self._catalog, self.ids, self.sequence)

    def labels(self) -> tuple[str, ...]:
        """The zero-shot labels that pictures have, as SET/LABEL."""
        return self._labels.names()

    def label_sets(self) -> tuple[KeptSet, ...]:
        """The sets of labels, by name."""
        return self._labels.sets

    def label(self, name: str) -> NDArray[np.float32]:
        """How probable a label is for each row, in the order of `ids`: (rows,); NaN: not labelled.

        SET/LABEL, or LABEL where one set alone has it; case does not matter. Raises UnknownName.
        """
        return self._labels.get(name)

    def label_table(self, set_name: str) -> NDArray[np.float32]:
        """The same of all labels of a set, in its order: (rows, labels). Raises UnknownName."""
        return self._labels.table(set_name)

    def at(self, locations: Sequence[Location]) -> dict[Location, list[int]]:
        """The ids of the pictures of each of these files that has some, ascending."""
        with self._catalog.reading() as connection:
            found = pictures_at(connection, locations)
        those = ((location, np.array(ids)) for location, ids in found.items())
        living = {location: ids[np.isin(ids, self.ids)].tolist() for location, ids in those}
        return {location: ids for location, ids in living.items() if ids}

    def volumes(self) -> VolumeMeans:
        """The series of several pictures, by their keys, with their mean rows.

        All rows of such series are read when it is first asked for, later on those of series that
        have changed.
        """
        return self._volumes.get(self.keys(Key.SERIES), self.embeddings)

    def named(self, namings: Sequence[Naming], text: str) -> tuple[Naming, Ids] | None:
        """The first of these namings by which a text names pictures, with their ids.

        They are series by series in their order, the newest study first.
        """
        with self._catalog.reading() as connection:
            found = pictures_named(connection, namings, text)
        return found and (found[0], found[1][np.isin(found[1], self.ids)])

    def names_somebody(self, words: Sequence[str]) -> bool:
        """Whether one of these words is in the name of a patient of the collection."""
        with self._catalog.reading() as connection:
            return names_somebody(connection, words)

    def cohort(self, name: str) -> Mask:
        """The rows that are in a cohort as it is now: (rows,). Raises UnknownName."""
        mask: Mask = np.isin(self.ids, list(self.holding(self._cohorts.contents(name)).values()))
        return mask

    def holding(self, contents: Sequence[Content]) -> dict[Content, int]:
        """The ids of the pictures that are of these contents, in their order, of those it has."""
        with self._catalog.reading() as connection:
            found = pictures_of(connection, contents)
        living = set(self.ids[np.isin(self.ids, list(found.values()))].tolist())
        return {one: found[one] for one in contents if found.get(one) in living}

    def contents(self, ids: Sequence[int] | Ids) -> list[Content]:
        """What pictures are of, whatever their ids, in the order asked. Raises UnknownName."""
        self.places(ids)
        wanted = [int(picture_id) for picture_id in ids]
        with self._catalog.reading() as connection:
            found = contents_of(connection, wanted)
        _check_found(wanted, found)
        return [found[picture_id] for picture_id in wanted]

    def places(self, ids: Sequence[int] | Ids) -> NDArray[np.int64]:
        """Where pictures are among the rows, from 0: n ids -> (n,). Raises UnknownName."""
        try:
            wanted = np.asarray(ids, dtype=np.int64)
        except OverflowError as error:
            raise _unknown(max(ids, key=abs)) from error
        places, known = _places(self.ids, wanted)
        if not known.all():
            raise _unknown(wanted[~known][0])
        return places

    def embeddings(self, ids: Sequence[int] | Ids) -> Embeddings:
        """The stored rows of pictures, of unit length: n ids -> (n, dim). Raises UnknownName."""
        places = self.places(ids)
        return to_unit(self._maps.gather(self._rows.shard[places], self._rows.slot[places]))

    def describe(self, ids: Sequence[int] | Ids) -> list[Record]:
        """The records of pictures, in the order asked. Raises UnknownName."""
        return [each.record for each in self._told(ids)]

    def _told(self, ids: Sequence[int] | Ids) -> list[Described]:
        self.places(ids)
        wanted = [int(picture_id) for picture_id in ids]
        found = self._records.of(wanted)
        _check_found(wanted, found)
        return [found[picture_id] for picture_id in wanted]

    def _check(self, queries: Embeddings, k: int, among: Mask | None) -> None:
        if k < 1:
            raise InvalidRequest(f"A search returns at least 1 picture, not {k}.")
        if queries.ndim != 2 or queries.shape[1] != self._maps.dim:
            raise ValueError(f"queries are {queries.shape}, not (n, {self._maps.dim})")
        if queries.dtype != np.float32 or not np.isfinite(queries).all():
            raise ValueError("queries are not finite float32")
        if among is not None and among.shape != self.ids.shape:
            raise ValueError(f"the mask has {among.shape} places for {self.ids.shape} rows")


def _places(ids: Ids, wanted: Ids) -> tuple[NDArray[np.int64], Mask]:
    """Where ids are among others that ascend, and which of them are there: two arrays (n,)."""
    places = wanted - (ids[0] if len(ids) else 0)  # where they are if none is lacking before them
    known = (places >= 0) & (places < len(ids))
    if known.all() and (ids[places] == wanted).all():
        return places, known
    places = np.searchsorted(ids, wanted)
    known = places < len(ids)
    known[known] = ids[places[known]] == wanted[known]
    return places, known


def _halves(rows: RowTable, maps: ShardMaps, ids: Ids) -> HalfRows:
    """The stored rows of pictures that live."""
    places, _ = _places(rows.ids, ids)
    return maps.gather(rows.shard[places], rows.slot[places])


def _check_found(wanted: Sequence[int], found: Collection[int]) -> None:
    """Raise UnknownName for a picture that ended and was forgotten after the snapshot was taken."""
    lost = next((picture_id for picture_id in wanted if picture_id not in found), None)
    if lost is not None:
        raise _unknown(lost)


def _unknown(picture_id: int) -> UnknownName:
    return UnknownName(
        f"No picture has the id {picture_id}. It may have been replaced since; search again."
    )
