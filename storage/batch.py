"""What is committed together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.types import Catalogued, EmbeddedFile, Location, Pending, Skipped, Source


@dataclass(frozen=True, slots=True)
class Batch:
    """Files with what became of each of them. A location may come once in a batch."""

    embedded: Sequence[EmbeddedFile] = ()
    catalogued: Sequence[Catalogued] = ()
    pending: Sequence[Pending] = ()
    skipped: Sequence[Skipped] = ()
    copies: Sequence[Source] = ()  # of bytes that the collection holds, or that this batch brings
    touched: Sequence[Source] = ()  # the same bytes, another size or time on record
    gone: Sequence[Location] = ()  # of files that are there no more; one that is unknown is ignored

    def __bool__(self) -> bool:
        return any(True for _ in self.locations())

    def locations(self) -> Iterator[Location]:
        """The location of each file."""
        yield from (word.source.location for word in self.embedded)
        yield from (word.source.location for word in self.catalogued)
        yield from (word.source.location for word in self.pending)
        yield from (file.location for file in self.copies)
        yield from (file.location for file in self.skipped)
        yield from (file.location for file in self.touched)
        yield from self.gone
