"""What is committed together: outcomes sorted by whether their bytes are new."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from core.types import (
    CatalogueCode,
    Catalogued,
    DecodedFile,
    EmbeddedFile,
    Embeddings,
    Location,
    Pending,
    Pixels,
    Prepared,
    Source,
    Unchanged,
)
from encoders.base import Encoder
from indexer.ledger import Fate, State
from storage.catalog import FileState

Read = DecodedFile | EmbeddedFile | Catalogued | Pending
Taken = Read | Unchanged  # the latter in a new place: its bytes were not decoded

# What the same bytes can come to; the later of two is worth a new row.
RANKS: Final = (FileState.PENDING, FileState.CATALOGUED, FileState.EMBEDDED)

NO_PIXELS: Final[Pixels] = np.empty((0, 0, 3), np.uint8)


@dataclass(frozen=True, slots=True)
class Sorted:
    """Files by what has to be done with them, and what becomes of each by that."""

    to_embed: list[DecodedFile] = field(default_factory=list)
    embedded: list[EmbeddedFile] = field(default_factory=list)  # by an engine that does both
    catalogued: list[Catalogued] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)
    copies: list[Source] = field(default_factory=list)
    fates: dict[Location, Fate] = field(default_factory=dict)
    states: dict[str, FileState] = field(default_factory=dict)  # of bytes that are no copies


def sort(files: Sequence[Taken], held: Mapping[str, FileState]) -> Sorted:
    """Sort files; one whose bytes are `held`, or came before in `files`, is a copy.

    Bytes that were catalogued or pending and now have pictures are no copy.
    """
    states = dict(held)
    result = Sorted()
    for file in files:
        sha256 = file.source.sha256
        before = states.get(sha256)
        if isinstance(file, Unchanged):
            _put_twin(result, file.source, before)
            continue
        state = _state(file)
        if before is None or RANKS.index(state) > RANKS.index(before) or _has_report(file, held):
            states[sha256] = result.states[sha256] = state
            result.fates[file.source.location] = fate_of(file)
            _put(result, file)
        else:
            result.fates[file.source.location] = _fate_of_copy(file, before)
            result.copies.append(file.source)
    return result


def _has_report(file: Read, held: Mapping[str, FileState]) -> bool:
    """Whether it is a report that is held, perhaps by an older radseek, which did not read it."""
    is_held = held.get(file.source.sha256) is FileState.CATALOGUED
    return is_held and isinstance(file, Catalogued) and bool(file.instance.report)


def _put_twin(result: Sorted, source: Source, held: FileState | None) -> None:
    """Take bytes for a copy that were not decoded, as the collection has them."""
    result.copies.append(source)
    is_waiting = held is FileState.PENDING
    result.fates[source.location] = State.WAITING if is_waiting else State.UNCHANGED


def fate_of(file: Read) -> Fate:
    """What becomes of a file that is no copy."""
    match file:
        case DecodedFile() | EmbeddedFile():
            return State.EMBEDDED
        case Catalogued():
            return file.kept.code
        case Pending():
            return State.WAITING


def _state(file: Read) -> FileState:
    match file:
        case DecodedFile() | EmbeddedFile():
            return FileState.EMBEDDED
        case Catalogued():
            return FileState.CATALOGUED
        case Pending():
            return FileState.PENDING


def _put(result: Sorted, file: Read) -> None:
    match file:
        case DecodedFile():
            result.to_embed.append(file)
        case EmbeddedFile():
            result.embedded.append(file)
        case Catalogued():
            result.catalogued.append(file)
        case Pending():
            result.pending.append(file)


def _fate_of_copy(file: Read, held: FileState) -> Fate:
    if held is FileState.EMBEDDED:
        return State.EMBEDDED
    if isinstance(file, Pending) and held is FileState.CATALOGUED:
        return CatalogueCode.NOT_SAMPLED  # a slice is catalogued for no other reason
    return fate_of(file)


def embed(files: Sequence[DecodedFile], encoder: Encoder) -> list[EmbeddedFile]:
    """Give each file the embeddings of its pictures, all in one call of the encoder.

    The pixels have done their part, and are let go.
    """
    rows = encoder.embed_images([picture.pixels for file in files for picture in file.pictures])
    return [
        EmbeddedFile(file.source, file.instance, [*map(_without_pixels, file.pictures)], part)
        for file, part in zip(files, _split(rows, files), strict=True)
    ]


def _without_pixels(picture: Prepared) -> Prepared:
    return replace(picture, pixels=NO_PIXELS)


def _split(rows: Embeddings, files: Sequence[DecodedFile]) -> list[Embeddings]:
    ends = np.cumsum([len(file.pictures) for file in files])
    return np.split(rows, ends[:-1]) if files else []
