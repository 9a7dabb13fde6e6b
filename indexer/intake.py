"""Takes outcomes of files, one by one, and makes them durable batch by batch."""

import logging
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Final

from core.types import (
    CatalogueCode,
    Container,
    DecodedFile,
    EmbeddedFile,
    Location,
    SkipCode,
    Skipped,
    Source,
    Unchanged,
)
from indexer.batching import Read, fate_of, sort
from indexer.containers import OpenContainers
from indexer.engine import Come, Engine
from indexer.known import Insides, Known
from indexer.ledger import Ledger, State
from indexer.plan import fate_of_known
from storage.batch import Batch
from storage.catalog import FileState
from storage.writer import CollectionWriter

log = logging.getLogger(__name__)

# What can pass, such as a network drive that is away: no reason to forget what was read before.
PASSING: Final = (SkipCode.UNREADABLE, SkipCode.TIMED_OUT, SkipCode.DECODER_CRASHED)


class Intake:
    """The outcomes that wait for the next batch. What becomes of each file is in `ledger`."""

    def __init__(
        self,
        ledger: Ledger,
        known: Known,
        writer: CollectionWriter,
        engine: Callable[[], Engine],
        batch_size: int,
        committed: Callable[[], None],
    ) -> None:
        """`known` are the files as they were: one that cannot be read for the moment stays so.

        `engine` is called when there are pictures, `committed` after each batch.
        """
        self.pictures = 0  # embedded so far
        self.copies = 0  # files whose bytes were there already
        self._ledger = ledger
        self._known = known
        self._writer = writer
        self._engine = engine
        self._batch_size = batch_size
        self._committed = committed
        self._containers = OpenContainers()
        self._begin_batch()

    def take(self, outcome: Come) -> None:
        """Take what came of a file; commits when a batch is full."""
        if isinstance(outcome, Container):
            self._open(outcome)
        else:
            self._close(outcome)
        if self._weight >= self._batch_size:
            self.commit()

    def commit(self) -> None:
        """Embed what waits and make it durable, together with what was skipped."""
        held = self._writer.held({file.source.sha256 for file in self._read})
        batch = sort(self._read, held)
        embedded = self._engine().embed(batch.to_embed).result() if batch.to_embed else []
        embedded += batch.embedded
        self._writer.commit(
            Batch(
                embedded=embedded,
                catalogued=batch.catalogued,
                pending=batch.pending,
                skipped=self._skipped,
                copies=batch.copies,
                touched=self._touched,
            )
        )
        for place, fate in batch.fates.items():
            self._ledger.put(place, fate)
        self.pictures += sum(len(file.pictures) for file in embedded)
        self.copies += sum(not self._is_known(source) for source in batch.copies)
        self._begin_batch()
        self._committed()

    def forget_known(self) -> None:
        """From now on there is nothing to be kept of a file that cannot be read."""
        self._known = {}

    def _is_known(self, source: Source) -> bool:
        before = self._known.get(source.location)
        return before is not None and before.sha256 == source.sha256

    def _begin_batch(self) -> None:
        self._read: list[Read] = []
        self._skipped: list[Skipped] = []
        self._touched: list[Source] = []
        self._weight = 0  # pictures, and files without

    def _open(self, container: Container) -> None:
        """See the members, and keep the container's row until the last of them is done."""
        if self._ledger.is_settled(container.source.location):
            return  # a DICOMDIR named what was seen before
        self._ledger.put(container.source.location, State.TO_COME)
        members = [member.location for member in container.members]
        to_come = [place for place in members if not self._ledger.is_settled(place)]
        for place in to_come:
            self._ledger.put(place, State.TO_COME)
        for refused in container.refused:
            self.take(refused)
        self._catalogue(self._containers.open(container, to_come))

    def _close(self, outcome: Read | Skipped | Unchanged) -> None:
        place = _place_of(outcome)
        if self._ledger.is_settled(place):
            return  # a DICOMDIR named what was seen before
        match outcome:
            case Skipped():
                self._skip(outcome)
            case Unchanged(source):
                self._keep(source)
            case _:
                self._read.append(outcome)
                self._ledger.put(place, fate_of(outcome))
        self._weight += (
            len(outcome.pictures) if isinstance(outcome, DecodedFile | EmbeddedFile) else 1
        )
        self._catalogue(self._containers.tick_off(place))

    def _keep(self, source: Source) -> None:
        """Leave a file as it is known, and with an archive all that is in it."""
        for place in (source.location, *self._insides.of(source.location)):
            file = self._known[place]
            if self._ledger.is_settled(place):
                continue
            self._ledger.put(place, fate_of_known(file))
            size = file.size if place.member else source.size
            self._touched.append(Source(place, size, source.modified_ns, file.sha256))

    @cached_property
    def _insides(self) -> Insides:
        return Insides(self._known)

    def _skip(self, skipped: Skipped) -> None:
        self._ledger.put(skipped.location, skipped.code)
        before = self._known.get(skipped.location)
        if skipped.code in PASSING and before and before.state is not FileState.SKIPPED:
            log.warning("kept as it was code=%s path=%s", skipped.code.value, skipped.location)
        else:
            self._skipped.append(skipped)

    def _catalogue(self, done: Sequence[Read]) -> None:
        for row in done:
            place = row.source.location
            self._read.append(row)
            self._ledger.put(place, CatalogueCode.CONTAINER)
            self._catalogue(self._containers.tick_off(place))  # a DICOMDIR may name a zip archive


def _place_of(outcome: Read | Skipped | Unchanged) -> Location:
    return outcome.location if isinstance(outcome, Skipped) else outcome.source.location
