"""Takes outcomes of files, one by one, and makes them durable batch by batch."""

import logging
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future
from typing import Final

from core.types import (
    Container,
    DecodedFile,
    EmbeddedFile,
    Location,
    SkipCode,
    Skipped,
    Source,
    Unchanged,
)
from indexer.batching import Read, Taken, fate_of, sort
from indexer.containers import OpenContainers
from indexer.engine import Come, Engine
from indexer.known import Known, NothingKnown, with_insides
from indexer.ledger import Fate, Ledger, State
from indexer.plan import fate_of_known
from indexer.stages import Stage, Stages
from indexer.under_way import Gathered, Pace, Parcel, UnderWay
from storage.catalog import FileState
from storage.writer import CollectionWriter

log = logging.getLogger(__name__)

# What can pass, such as a network drive that is away: no reason to forget what was read before.
PASSING: Final = (SkipCode.UNREADABLE, SkipCode.TIMED_OUT, SkipCode.DECODER_CRASHED)


class Intake:
    """The outcomes that wait for the next parcel. What becomes of each file is in `ledger`."""

    def __init__(
        self,
        ledger: Ledger,
        known: Known,
        writer: CollectionWriter,
        engine: Callable[[], Engine],
        pace: Pace,
        committed: Callable[[], None],
        stages: Stages,
        old_places: Callable[[str], Sequence[Location]],
    ) -> None:
        """`known` are the files as they were: one that cannot be read for the moment stays so.

        `old_places` tells by a hash where a file lay that is there no more.
        `engine` is called when there are pictures, `committed` after each batch.
        """
        self.pictures = 0  # embedded so far
        self.copies = 0  # files whose bytes were there already
        self.moved = 0  # files that were known at another place
        self.lost: list[Location] = []  # to be read once more: see `UnderWay`
        self._ledger = ledger
        self._known = known
        self._writer = writer
        self._engine = engine
        self._pace = pace
        self._committed = committed
        self._stages = stages
        self._old_places = old_places
        self._containers = OpenContainers()
        self._under_way = UnderWay(writer, pace, self._account, stages)
        self._begin_parcel()

    def take(self, outcome: Come) -> None:
        """Take what came of a file; sends a parcel off when it is full, and commits what is due.

        Raises what the encoder raised for an earlier parcel, once those before it are committed.
        """
        if isinstance(outcome, Container):
            self._open(outcome)
        else:
            self._close(outcome)
        if self._is_full():
            self._send()
        self._under_way.collect()

    def commit(self) -> None:
        """Embed all that was taken, and make it durable; raises as `take` does."""
        self._send()
        self._under_way.finish()

    def forget_known(self) -> None:
        """From now on there is nothing to be kept of a file that cannot be read."""
        self._known = NothingKnown()

    def _is_copy(self, source: Source) -> bool:
        """Whether it is neither a file that was read before nor one that has moved."""
        before = self._known.get(source.location)
        is_known = before is not None and before.sha256 == source.sha256
        return not is_known and source.location not in self._moved

    def _begin_parcel(self) -> None:
        self._read: list[Taken] = []
        self._skipped: list[Skipped] = []
        self._touched: list[Source] = []
        self._gone: list[Location] = []
        self._moved: set[Location] = set()
        self._fates: dict[Location, Fate] = {}
        self._pictures = 0
        self._until = self._pace.clock() + self._pace.seconds

    def _is_full(self) -> bool:
        if len(self._fates) >= self._pace.batch_size or self._pace.clock() >= self._until:
            return True
        most = self._pace.batch_size
        return self._pictures > 0 and self._pictures >= min(self._engine().at_once, most)

    def _send(self) -> None:
        """Have the pictures of what was taken embedded, but for those of copies."""
        hashes = {file.source.sha256 for file in self._read}
        held = self._writer.held(hashes) | self._under_way.states(hashes)
        batch = sort(self._read, held)
        self._fates.update(batch.fates)
        self.moved += len(self._moved)
        embedding = self._embedding(batch.to_embed)
        copies = sum(self._is_copy(source) for source in batch.copies)
        kept = (self._skipped, self._touched, self._fates, self._gone, copies)
        self._under_way.send(Parcel(batch, *kept, embedding))
        self._begin_parcel()

    def _embedding(self, files: Sequence[DecodedFile]) -> Future[list[EmbeddedFile]] | None:
        if not files:
            return None
        with self._stages.during(Stage.EMBED):  # it waits for room
            return self._engine().embed(files)

    def _account(self, durable: Gathered, lost: Collection[Location]) -> None:
        """Write down what became of the files of a batch that is durable now."""
        for parcel in durable.parcels:
            fates = parcel.fates.items()
            self._ledger.put_all({place: fate for place, fate in fates if place not in lost})
            self.copies += parcel.copies
        self.pictures += sum(len(file.pictures) for file in durable.embedded)
        self.lost += lost
        self._committed()

    def _is_settled(self, place: Location) -> bool:
        """Whether the outcome of a file is known, be it durable or on its way."""
        return (
            place in self._fates or self._under_way.holds(place) or self._ledger.is_settled(place)
        )

    def _open(self, container: Container) -> None:
        """See the members, and keep the container's row until the last of them is done."""
        if self._is_settled(container.source.location):
            return  # a DICOMDIR named what was seen before
        self._ledger.put(container.source.location, State.TO_COME)
        members = [member.location for member in container.members]
        to_come = [place for place in members if not self._is_settled(place)]
        for place in to_come:
            self._ledger.put(place, State.TO_COME)
        for refused in container.refused:
            self.take(refused)
        self._catalogue(self._containers.open(container, to_come))

    def _close(self, outcome: Read | Skipped | Unchanged) -> None:
        place = _place_of(outcome)
        if self._is_settled(place):
            return  # a DICOMDIR named what was seen before
        match outcome:
            case Skipped():
                self._skip(outcome)
            case Unchanged(source):
                self._keep(source)
            case _:
                self._put(outcome)
        self._catalogue(self._containers.tick_off(place))

    def _keep(self, source: Source) -> None:
        """Leave a file as it is known, and with an archive all that is in it."""
        before = self._known.get(source.location)
        if before is None or before.sha256 != source.sha256 or before.state is FileState.SKIPPED:
            self._take_twin(source)
            return
        for place, file in with_insides(self._known, source.location, before):
            if self._is_settled(place):
                continue
            self._fates[place] = fate_of_known(file)
            size = file.size if place.member else source.size
            self._touched.append(Source(place, size, source.modified_ns, file.sha256))

    def _take_twin(self, source: Source) -> None:
        """Take a file with the bytes of one that lies elsewhere, or lay there until it moved."""
        self._read.append(Unchanged(source))
        self._fates[source.location] = State.UNCHANGED
        if old := self._old_places(source.sha256):
            self._gone += old
            self._moved.add(source.location)

    def _skip(self, skipped: Skipped) -> None:
        self._fates[skipped.location] = skipped.code
        before = self._known.get(skipped.location)
        if skipped.code in PASSING and before and before.state is not FileState.SKIPPED:
            log.warning("kept as it was code=%s path=%s", skipped.code.value, skipped.location)
        else:
            self._skipped.append(skipped)

    def _catalogue(self, done: Sequence[Read]) -> None:
        for row in done:
            self._put(row)
            # A DICOMDIR may name a zip archive.
            self._catalogue(self._containers.tick_off(row.source.location))

    def _put(self, file: Read) -> None:
        self._read.append(file)
        self._fates[file.source.location] = fate_of(file)
        if isinstance(file, DecodedFile | EmbeddedFile):
            self._pictures += len(file.pictures)


def _place_of(outcome: Read | Skipped | Unchanged) -> Location:
    return outcome.location if isinstance(outcome, Skipped) else outcome.source.location
