"""The values that pass from room to room."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]  # (H, W, 3) RGB, as shown on a screen
# Pixels (H, W, 3) -> Pixels (S, S, 3): an encoder's own resize. Picklable, without torch.
Prepare = Callable[[Pixels], Pixels]
Embeddings = NDArray[np.float32]  # (n, dim), rows of unit length
Ids = NDArray[np.int64]  # (n,), the id of a picture in catalog, shard and index
Scores = NDArray[np.float32]  # cosines, higher is nearer
Mask = NDArray[np.bool_]  # (rows,), True where a row may be returned


class SkipCode(StrEnum):
    """Why a file is not in the index; stable, for scripts to match."""

    EMPTY = "empty"
    UNREADABLE = "unreadable"
    NOT_AN_IMAGE = "not-an-image"
    NO_PIXELS = "no-pixels"
    CORRUPT = "corrupt"
    UNSUPPORTED = "unsupported"
    TOO_LARGE = "too-large"
    TIMED_OUT = "timed-out"
    DECODER_CRASHED = "decoder-crashed"


@dataclass(frozen=True, slots=True)
class Source:
    """One file as it was when it was read."""

    path: Path  # absolute
    size: int  # bytes
    modified_ns: int  # st_mtime_ns
    sha256: str  # lower-case hex of the file's bytes


@dataclass(frozen=True, slots=True)
class Skipped:
    """One file that could not be embedded, and why. The reason never carries identity."""

    path: Path
    code: SkipCode
    reason: str
    size: int = 0
    modified_ns: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Tags:
    """What a file says of its picture, without identity. Empty means that it does not say.

    Names follow the DICOM keywords (PS3.6); `view` is ViewPosition, dates are raw DA strings.
    """

    modality: str = ""
    body_part: str = ""
    laterality: str = ""
    view: str = ""
    study_uid: str = ""
    series_uid: str = ""
    sop_uid: str = ""
    sop_class_uid: str = ""
    transfer_syntax_uid: str = ""
    study_date: str = ""
    study_description: str = ""
    series_description: str = ""
    protocol: str = ""
    manufacturer: str = ""
    model: str = ""
    institution: str = ""
    patient_sex: str = ""
    patient_age: str = ""
    photometric: str = ""
    rows: int = 0
    columns: int = 0
    frames: int = 1
    series_number: int | None = None
    instance_number: int | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """What names the patient. Kept in a table of its own; never in logs, URLs or messages."""

    patient_id: str = ""
    patient_name: str = ""
    patient_birth_date: str = ""
    accession_number: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """One decoded frame, rendered to what a screen shows."""

    pixels: Pixels
    frame: int  # 0-based
    tags: Tags
    identity: Identity = field(default_factory=Identity)


@dataclass(frozen=True, slots=True)
class Prepared:
    """One picture on its way to the encoder: what is small enough to cross a process border."""

    pixels: Pixels  # (S, S, 3), as the encoder's `prepare` made it
    thumbnail: bytes  # WebP
    frame: int
    tags: Tags
    identity: Identity


@dataclass(frozen=True, slots=True)
class EmbeddedFile:
    """One file whose pictures all have an embedding: the unit of a durable batch."""

    source: Source
    pictures: Sequence[Prepared]
    embeddings: Embeddings  # (len(pictures), dim)


@dataclass(frozen=True, slots=True)
class EncoderCard:
    """What a collection is bound to: vectors of two different cards must never meet."""

    name: str
    version: str
    dim: int
    weights_sha256: str
    preprocessing: str  # e.g. "squash-480-bicubic"
    licence: str

    def shares_space_with(self, other: "EncoderCard") -> bool:
        """Whether embeddings of both may be compared; version and licence are only told."""
        return self._space() == other._space()

    def _space(self) -> tuple[str, int, str, str]:
        return self.name, self.dim, self.weights_sha256, self.preprocessing


@dataclass(frozen=True, slots=True)
class Record:
    """One row of the catalog, as a hit or the details page shows it. No identity."""

    id: int
    path: Path
    frame: int
    tags: Tags
    indexed_at: datetime  # aware, UTC


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer to a query."""

    rank: int  # from 1
    score: float  # cosine
    record: Record
