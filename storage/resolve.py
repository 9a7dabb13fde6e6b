"""One word for each content of a batch: what is told twice, or known better, becomes a copy."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from core.types import Catalogued, EmbeddedFile, Pending, Source
from storage.batch import Batch
from storage.catalog import FileState

Told = EmbeddedFile | Catalogued | Pending


def told(batch: Batch) -> list[Told]:
    """What a batch says of contents, the best word first."""
    return [*batch.embedded, *batch.catalogued, *batch.pending]


def contents(batch: Batch) -> set[str]:
    """The hashes of all contents that a batch is about, but for what was skipped or touched."""
    return {word.source.sha256 for word in told(batch)} | {copy.sha256 for copy in batch.copies}


def resolve(batch: Batch, held: Mapping[str, FileState]) -> Batch:
    """Leave one word for each content; `held` says what the collection has of `contents`.

    Of several files with the same bytes the embedded one stands, else the catalogued one. A header
    says nothing new of bytes that are embedded. All these others become copies. Raises ValueError
    for a copy of bytes that nobody holds.
    """
    best = _first_of_each(_news(told(batch), held))
    copies = [*batch.copies, *(w.source for w in told(batch) if best.get(w.source.sha256) is not w)]
    _check_held(copies, held.keys() | best.keys())
    stands = {id(word) for word in best.values()}
    return replace(
        batch,
        embedded=[word for word in batch.embedded if id(word) in stands],
        catalogued=[word for word in batch.catalogued if id(word) in stands],
        pending=[word for word in batch.pending if id(word) in stands],
        copies=copies,
    )


def _news(words: Iterable[Told], held: Mapping[str, FileState]) -> Iterable[Told]:
    for word in words:
        is_embedded = held.get(word.source.sha256) is FileState.EMBEDDED
        if not (is_embedded and isinstance(word, Pending)):
            yield word


def _first_of_each(words: Iterable[Told]) -> dict[str, Told]:
    best: dict[str, Told] = {}
    for word in words:
        best.setdefault(word.source.sha256, word)
    return best


def _check_held(copies: Iterable[Source], known: Iterable[str]) -> None:
    lost = sum(copy.sha256 not in known for copy in copies)
    if lost:
        raise ValueError(f"{lost} copies of bytes that no file of the collection has")
