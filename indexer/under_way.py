"""What is between reading and the collection: parcels at the devices, and the batch they become."""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Final

from core.types import Catalogued, EmbeddedFile, Location, Pending, Skipped, Source
from indexer.batching import Sorted
from indexer.ledger import Fate
from indexer.stages import Stage, Stages
from storage.batch import Batch
from storage.catalog import FileState
from storage.writer import CollectionWriter

COMMIT_SECONDS: Final = 10.0  # what was read waits no longer for company


@dataclass(frozen=True, slots=True)
class Pace:
    """How much is made durable together."""

    batch_size: int  # pictures, and files without
    seconds: float = COMMIT_SECONDS  # fewer when this much time has passed
    clock: Callable[[], float] = monotonic


@dataclass(frozen=True, slots=True)
class Parcel:
    """Outcomes that were read in one go, sorted, and what becomes of each."""

    sorted: Sorted
    skipped: Sequence[Skipped]
    touched: Sequence[Source]
    fates: Mapping[Location, Fate]
    gone: Sequence[Location]  # where files lay that were moved
    copies: int  # of files that were not known with these bytes
    embedding: Future[list[EmbeddedFile]] | None  # None when there is nothing to embed

    def is_ready(self) -> bool:
        """Whether all is embedded, or has failed."""
        return self.embedding is None or self.embedding.done()

    def has_failed(self) -> bool:
        """Whether the encoder raised an error; waits until that is known."""
        return self.embedding is not None and self.embedding.exception() is not None

    def embedded(self) -> list[EmbeddedFile]:
        """The embedded files; waits for them, and raises what the encoder raised."""
        ours = self.embedding.result() if self.embedding else []
        return [*ours, *self.sorted.embedded]


@dataclass(slots=True)
class Gathered:
    """Parcels that are embedded and wait for their batch, in the order of reading."""

    since: float
    parcels: list[Parcel] = field(default_factory=list)
    embedded: list[EmbeddedFile] = field(default_factory=list)
    weight: int = 0  # pictures, and files without

    def add(self, parcel: Parcel) -> None:
        """Take a parcel; raises what the encoder raised."""
        embedded = parcel.embedded()
        self.embedded += embedded
        self.parcels.append(parcel)
        self.weight += len(parcel.fates) + sum(len(file.pictures) - 1 for file in embedded)

    def batch(self) -> Batch:
        """All of it as one durable batch."""
        return Batch(
            embedded=self.embedded,
            catalogued=[each for part in self.parcels for each in part.sorted.catalogued],
            pending=[each for part in self.parcels for each in part.sorted.pending],
            skipped=[each for part in self.parcels for each in part.skipped],
            copies=[each for part in self.parcels for each in part.sorted.copies],
            touched=[each for part in self.parcels for each in part.touched],
            gone=[each for part in self.parcels for each in part.gone],
        )


class UnderWay:
    """Parcels in the order of reading, which is the order of committing.

    So what a parcel takes for a copy is durable before it or with it, and a container's row after
    its members'.
    """

    def __init__(
        self,
        writer: CollectionWriter,
        pace: Pace,
        committed: Callable[[Gathered, Collection[Location]], None],
        stages: Stages,
    ) -> None:
        """`committed` is called after each batch, with the files that could not be in it.

        They were not decoded, or not embedded, for their bytes were there. Now they are not: the
        last file that had them has changed meanwhile.
        """
        self._writer = writer
        self._pace = pace
        self._committed = committed
        self._stages = stages
        self._parcels: deque[Parcel] = deque()
        self._places: set[Location] = set()
        self._gathered = Gathered(pace.clock())

    def holds(self, place: Location) -> bool:
        """Whether the outcome of a file is on its way to the collection."""
        return place in self._places

    def states(self, hashes: Iterable[str]) -> dict[str, FileState]:
        """What bytes with these SHA-256 come to, of those on their way."""
        wanted, found = set(hashes), dict[str, FileState]()
        for parcel in (*self._gathered.parcels, *self._parcels):
            states = parcel.sorted.states
            found.update({sha256: states[sha256] for sha256 in wanted & states.keys()})
        return found

    def send(self, parcel: Parcel) -> None:
        """Take a parcel after those before it."""
        self._parcels.append(parcel)
        self._places.update(parcel.fates)

    def collect(self) -> None:
        """Gather the parcels that are ready, and commit what is enough or has waited long."""
        while self._parcels and self._parcels[0].is_ready():
            self._gather()
        if self._gathered.parcels and self._is_overdue():
            self._commit()

    def finish(self) -> None:
        """Wait for all parcels and commit them."""
        while self._parcels:
            with self._stages.during(Stage.EMBED):
                self._parcels[0].has_failed()
            self._gather()
        self._commit()

    def _is_overdue(self) -> bool:
        return self._pace.clock() - self._gathered.since >= self._pace.seconds

    def _gather(self) -> None:
        parcel = self._parcels.popleft()
        if parcel.has_failed():
            self._commit()  # what was embedded before is not lost with it
        self._gathered.add(parcel)
        if self._gathered.weight >= self._pace.batch_size:
            self._commit()

    def _commit(self) -> None:
        gathered, self._gathered = self._gathered, Gathered(self._pace.clock())
        with self._stages.during(Stage.COMMIT):
            batch = gathered.batch()
            lost = self._lost(batch)
            copies = [copy for copy in batch.copies if copy.location not in lost]
            self._writer.commit(replace(batch, copies=copies))
        for parcel in gathered.parcels:
            self._places.difference_update(parcel.fates)
        self._committed(gathered, lost)

    def _lost(self, batch: Batch) -> set[Location]:
        told: list[EmbeddedFile | Catalogued | Pending]
        told = [*batch.embedded, *batch.catalogued, *batch.pending]
        held = self._writer.held({copy.sha256 for copy in batch.copies})
        hashes = held.keys() | {file.source.sha256 for file in told}
        return {copy.location for copy in batch.copies if copy.sha256 not in hashes}
