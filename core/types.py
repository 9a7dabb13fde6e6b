"""The values that pass from room to room."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]  # (H, W, 3) RGB, as shown on a screen
# Pixels (H, W, 3) -> Pixels (S, S, 3): an encoder's own resize. Picklable, without torch.
Prepare = Callable[[Pixels], Pixels]
Embeddings = NDArray[np.float32]  # (n, dim), rows of unit length
Regions = NDArray[np.float32]  # (n, h, w, dim), whose means over h and w are Embeddings
Ids = NDArray[np.int64]  # (n,), the id of a picture in catalog, shard and index
Scores = NDArray[np.float32]  # cosines, higher is nearer
Matches = NDArray[np.float32]  # 0..1, how probably a picture and a text belong together
Mask = NDArray[np.bool_]  # (rows,), True where a row may be returned


class SkipCode(StrEnum):
    """Why a file is not in the catalog; stable, for scripts to match."""

    EMPTY = "empty"
    UNREADABLE = "unreadable"
    UNSAFE_PATH = "unsafe-path"  # a DICOMDIR that points out of its folder
    NOT_AN_IMAGE = "not-an-image"
    CORRUPT = "corrupt"
    UNSUPPORTED = "unsupported"
    TOO_LARGE = "too-large"
    TIMED_OUT = "timed-out"
    DECODER_CRASHED = "decoder-crashed"


class CatalogueCode(StrEnum):
    """Why a file is in the catalog without a picture; stable, for scripts to match."""

    NO_PIXELS = "no-pixels"  # a report, a plan, a presentation state, a waveform
    NOT_A_PICTURE = "not-a-picture"  # its pixels are labels or doses
    UNSUPPORTED_SYNTAX = "unsupported-syntax"  # video, and what no decoder here reads
    NOT_SAMPLED = "not-sampled"  # a slice of a long series, which is embedded by others
    CONTAINER = "container"  # a zip archive or a DICOMDIR


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """Where a file lies: on disk, or as a member of an archive on disk.

    The name of a member is text that nobody vouches for. It is never used as a path.
    """

    path: Path  # absolute
    member: str = ""  # the name inside the archive; empty for a file of its own

    def __str__(self) -> str:
        return f"{self.path}!/{self.member}" if self.member else str(self.path)


@dataclass(frozen=True, slots=True)
class Found:
    """A file that was seen and not read yet."""

    location: Location
    size: int  # bytes; of a member as its archive declares it
    modified_ns: int  # st_mtime_ns; of a member that of its archive


@dataclass(frozen=True, slots=True)
class Source:
    """One file as it was when it was read."""

    location: Location
    size: int  # bytes
    modified_ns: int  # as in Found
    sha256: str  # lower-case hex of the file's bytes


@dataclass(frozen=True, slots=True)
class Skipped:
    """One file that could not be read, and why. The reason never carries identity."""

    location: Location
    code: SkipCode
    reason: str
    size: int = 0
    modified_ns: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a slice lies in the patient. Source: DICOM PS3.3 C.7.6.2.1.1."""

    orientation: tuple[float, ...]  # direction cosines of the row, then of the column: six
    position: tuple[float, ...]  # mm, of the centre of the first pixel: three

    @property
    def along(self) -> float:
        """The position in mm along the normal of the slice, by which slices are in order."""
        (a, b, c, d, e, f), (x, y, z) = self.orientation, self.position
        return (b * f - c * e) * x + (c * d - a * f) * y + (a * e - b * d) * z


class Tags(NamedTuple):
    """What a file says of its picture, without identity. Empty or None: it does not say.

    A named tuple, as each search makes fifty of them: a frozen dataclass of so many fields takes
    ten times as long. Names follow the DICOM keywords (PS3.6); `view` is ViewPosition. Dates and
    times are kept as they stand in the file, and parsed where they can be.
    """

    modality: str = ""
    body_part: str = ""
    laterality: str = ""
    view: str = ""
    study_uid: str = ""
    series_uid: str = ""
    sop_uid: str = ""
    frame_of_reference_uid: str = ""
    derived_uids: str = ""  # which of study, series and sop the file lacks, "study,sop": made up
    sop_class_uid: str = ""
    transfer_syntax_uid: str = ""
    study_date: str = ""  # DA as it stands
    study_day: date | None = None  # parsed
    study_time: str = ""  # TM as it stands
    acquisition_date_time: str = ""  # DT as it stands, or AcquisitionDate and -Time joined
    acquired_at: datetime | None = None  # parsed, naive: the clock of the scanner
    study_description: str = ""
    series_description: str = ""
    protocol: str = ""
    image_type: str = ""
    manufacturer: str = ""
    model: str = ""
    institution: str = ""
    field_strength: float | None = None  # tesla
    kvp: float | None = None  # kV
    contrast: str = ""  # ContrastBolusAgent
    patient_sex: str = ""
    patient_age: str = ""  # AS as it stands
    age_days: int | None = None  # parsed, or from birth date to study date
    series_number: int | None = None
    instance_number: int | None = None
    rows: int = 0
    columns: int = 0
    frames: int = 1
    photometric: str = ""
    bits_stored: int | None = None
    slice_thickness: float | None = None  # mm
    row_spacing: float | None = None  # mm between the centres of rows
    column_spacing: float | None = None  # mm
    windows: str = ""  # all of them: "40/400 ABDOMEN; 60/150 BRAIN", center/width explanation
    lossy: str = ""  # LossyImageCompression: "00" or "01"
    burned_in: str = ""  # BurnedInAnnotation: "YES" or "NO"
    deidentified: str = ""  # PatientIdentityRemoved: "YES" or "NO"


@dataclass(frozen=True, slots=True)
class Identity:
    """What names the patient. Kept in a table of its own; never in logs, URLs or messages."""

    patient_id: str = ""
    issuer: str = ""  # IssuerOfPatientID
    name_alphabetic: str = ""  # the three component groups of PatientName, PS3.5 section 6.2.1
    name_ideographic: str = ""
    name_phonetic: str = ""
    birth_date: str = ""  # DA as it stands
    birth_day: date | None = None  # parsed
    accession_number: str = ""


@dataclass(frozen=True, slots=True)
class Instance:
    """What one file says, apart from its pixels."""

    tags: Tags = field(default_factory=Tags)
    identity: Identity = field(default_factory=Identity)
    place: Place | None = None  # of a file that is one slice
    report: str = ""  # the text of a report; never in logs, URLs, messages or hits


@dataclass(frozen=True, slots=True)
class Picture:
    """One decoded frame, rendered to what a screen shows."""

    pixels: Pixels
    frame: int  # 0-based; of a NIfTI volume the slice
    pixel_sha256: str  # lower-case hex, of the stored values before rendering
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """Why a file is kept in the catalog without a picture. The reason never carries identity."""

    code: CatalogueCode
    reason: str


@dataclass(frozen=True, slots=True)
class Decoded:
    """What the decode door gives of one file: pictures, or why there are none."""

    instance: Instance
    pictures: tuple[Picture, ...] = ()
    kept: Kept | None = None  # None: the pictures are there, or were not asked for


@dataclass(frozen=True, slots=True)
class Prepared:
    """One picture on its way to the encoder: what is small enough to cross a process border."""

    pixels: Pixels  # (S, S, 3), as the encoder's `prepare` made it
    thumbnail: bytes  # WebP
    frame: int
    pixel_sha256: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class DecodedFile:
    """One file whose pictures are ready for the encoder."""

    source: Source
    instance: Instance
    pictures: tuple[Prepared, ...]


@dataclass(frozen=True, slots=True)
class EmbeddedFile:
    """One file whose pictures all have an embedding: the unit of a durable batch."""

    source: Source
    instance: Instance
    pictures: Sequence[Prepared]
    embeddings: Embeddings  # (len(pictures), dim)


@dataclass(frozen=True, slots=True)
class Catalogued:
    """One file that is kept in the catalog without a picture."""

    source: Source
    instance: Instance
    kept: Kept


@dataclass(frozen=True, slots=True)
class Pending:
    """One slice whose header was read; its series decides whether it is embedded."""

    source: Source
    instance: Instance


@dataclass(frozen=True, slots=True)
class Container:
    """A file of files: its members are still to be read, those of `refused` cannot be."""

    source: Source
    kind: str  # "zip archive", "DICOMDIR"
    members: tuple[Found, ...]
    refused: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A file with the bytes it had when it was last read."""

    source: Source


@dataclass(frozen=True, slots=True)
class Slice:
    """One slice of a series, as the choice of slices and the order of a series need it."""

    location: Location
    series_uid: str
    orientation: str  # six cosines, rounded: slices of one stack have the same text
    along: float  # mm along the normal
    instance_number: int | None
    state: str  # "pending", "embedded" or "catalogued"


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
        return self.space() == other.space()

    def space(self) -> tuple[str, int, str, str]:
        """What two cards have in common whose embeddings may be compared."""
        return self.name, self.dim, self.weights_sha256, self.preprocessing


@dataclass(frozen=True, slots=True)
class Through:
    """What stored rows are looked at through, such as an adapter of their encoder."""

    card: EncoderCard  # of what comes out
    turned: Callable[[Embeddings], Embeddings]  # (n, dim) -> (n, dim), of unit length


@dataclass(frozen=True, slots=True)
class Unread:
    """The end of a text that is too long for an encoder."""

    tokens: int  # that the encoder reads of a text
    rest: str  # what it does not read; may begin within a word


@dataclass(frozen=True, slots=True)
class Record:
    """One row of the catalog, as a hit or the details page shows it. No identity."""

    id: int
    location: Location  # the first of the places where its bytes lie
    frame: int
    tags: Tags
    indexed_at: datetime  # aware, UTC
    along: float | None = None  # mm along the normal of the slice
    locations: int = 1  # files with these very bytes


class Relation(StrEnum):
    """How another file is linked to a picture's."""

    SAME_BYTES = "same-bytes"
    ALTERNATE = "alternate"  # same SOP Instance UID and pixels, other bytes
    CONFLICT = "conflict"  # same SOP Instance UID, other pixels
    SAME_UID = "same-uid"  # same SOP Instance UID, other bytes, pixels that were not compared
    SAME_PIXELS = "same-pixels"  # another SOP Instance UID


@dataclass(frozen=True, slots=True)
class Related:
    """Another file that is linked to a picture's."""

    relation: Relation
    location: Location
    picture_id: int | None  # None when it has no picture of its own


@dataclass(frozen=True, slots=True)
class SeriesImage:
    """One image of a series in its order."""

    location: Location
    frame: int
    orientation: str
    along: float | None  # mm
    instance_number: int | None
    picture_id: int | None  # None: catalogued, not embedded
    modified_ns: int = 0  # as in Found, when the file was last read


class Unit(StrEnum):
    """Of what there is one hit each."""

    PICTURE = "picture"
    SERIES = "series"
    STUDY = "study"
    PATIENT = "patient"


class Ranking(StrEnum):
    """What puts pictures in order."""

    EMBEDDING = "embedding"  # how near they are to the query
    WORDS = "words"  # how well reports and descriptions fit its texts; others are no hits
    BOTH = "both"  # the two, fused by rank


class FoundBy(StrEnum):
    """What brought a hit."""

    PICTURE = "picture"  # its embedding
    WORDS = "words"  # a report of its study, or its description
    BOTH = "both"
    IDENTIFIER = "identifier"


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer to a query."""

    rank: int  # from 1
    score: float | None  # cosine; None: found by an identifier
    record: Record
    copies: int = 0  # further pictures with the same pixels, which this one stands for
    near: int = 0  # near-duplicates that are folded under it
    more: int = 0  # further pictures of its series, study or patient, where it stands for that
    like: int | None = None  # of a series that is asked with, the picture most like this one
    found_by: FoundBy = FoundBy.PICTURE  # what brought it
    machine_text: bool = False  # the words that brought it are in a machine text alone
    percentile: float | None = None  # 0..100, pictures of the collection that score lower
    match: float | None = None  # 0..1, how probably it fits the text, of one that was read again
