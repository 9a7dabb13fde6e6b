"""What leaves a collection: the pictures of a board, of a search, or chosen ones, in many forms."""

import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from PIL import Image

from core.errors import CannotDecode
from core.types import Location, Record, SkipCode
from encoders.registry import ENCODERS
from imaging.contact_sheet import SheetStyle, SheetTile, png_sheet, write_pdf
from radseek import __version__
from radseek.archive import Archive
from search.exports.anonymous import Release, entries
from search.exports.methods import Made, collection_card, in_markdown, search_card
from search.exports.picked import Picked, Row, described, pick
from search.exports.tables import csv_of, json_of, uids_of
from search.exports.zipped import zipped
from search.request import Request
from storage.layout import collection_folder
from storage.pointer import served_number
from storage.reader import CollectionReader
from storage.snapshot import Snapshot

PIECE: Final = 1 << 20  # bytes of a finished file that are sent at once
FOOT: Final = "Not a medical device. Not for diagnosis."


class Form(StrEnum):
    """As what pictures are exported."""

    CSV = "csv"  # a table
    JSON = "json"
    UIDS = "uids"  # SOP Instance UIDs, a line each
    PDF = "pdf"  # a contact sheet
    PNG = "png"  # a contact sheet in one picture
    IMAGES = "images"  # a ZIP of PNG files, as the collection shows them
    DICOM = "dicom"  # a ZIP of DICOM files, de-identified


SUFFIXES: Final = {
    Form.CSV: ".csv",
    Form.JSON: ".json",
    Form.UIDS: ".txt",
    Form.PDF: ".pdf",
    Form.PNG: ".png",
    Form.IMAGES: ".zip",
    Form.DICOM: ".zip",
}
ZIPS: Final = (Form.IMAGES, Form.DICOM)
MEDIA_TYPES: Final = {
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".txt": "text/plain; charset=us-ascii",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".zip": "application/zip",
}


class Caption(StrEnum):
    """What stands under a picture of a contact sheet. Nothing of it names a patient."""

    NUMBER = "number"
    SCORE = "score"
    TAGS = "tags"  # modality, body part, side, view


ALL_CAPTIONS: Final = frozenset(Caption)


@dataclass(frozen=True, slots=True)
class Wanted:
    """How an export shall be."""

    form: Form
    identity: bool = False  # columns that name the patient, in a table or JSON
    burned_in: bool = False  # also pictures that say that writing is burned into them
    captions: frozenset[Caption] = ALL_CAPTIONS


@dataclass(frozen=True, slots=True)
class Chosen:
    """Pictures that are to be exported, at one state of the collection."""

    reader: CollectionReader
    snapshot: Snapshot
    picked: Sequence[Picked]
    methods: dict[str, Any] = field(default_factory=dict)  # the card, as JSON has it


def of_board(archive: Archive, name: str) -> Chosen:
    """The pictures of a board in its order, with their notes. Raises UnknownName."""
    reader = archive.reader()
    snapshot, members = reader.snapshot(), reader.cohorts.members(name)
    ids = snapshot.holding([member.content for member in members])
    here = ((ids.get(member.content), member.note) for member in members)
    picked = [Picked(one, note=note) for one, note in here if one is not None]
    return Chosen(reader, snapshot, picked, collection_card(reader, _made(archive)))


def of_pictures(archive: Archive, ids: Sequence[int]) -> Chosen:
    """Pictures by their ids, in the order given. Raises UnknownName."""
    reader = archive.reader()
    snapshot = reader.snapshot()
    snapshot.places(ids)
    return Chosen(reader, snapshot, list(map(Picked, ids)), collection_card(reader, _made(archive)))


def of_search(archive: Archive, request: Request) -> Chosen:
    """The hits of a search. Raises InvalidRequest, UnknownName, EncoderError."""
    reader, searcher = archive.reader(), archive.searcher()
    results = searcher.search(request)
    card = search_card(reader, request, results, _made(archive))
    return Chosen(reader, reader.snapshot(), [pick(hit) for hit in results.hits], card)


def methods_of(archive: Archive, request: Request | None) -> dict[str, Any]:
    """The methods card of a search, or of the collection alone."""
    if request is None:
        return collection_card(archive.reader(), _made(archive))
    return of_search(archive, request).methods


def export(archive: Archive, chosen: Chosen, wanted: Wanted) -> Iterator[bytes]:
    """The export in pieces; however many pictures, few of them are in memory at a time.

    Raises InvalidRequest before the first piece for what cannot be exported so.
    """
    match wanted.form:
        case Form.CSV:
            return csv_of(_rows(chosen, wanted), with_identity=wanted.identity)
        case Form.JSON:
            return json_of(_rows(chosen, wanted), chosen.methods)
        case Form.UIDS:
            return uids_of(_rows(chosen, wanted))
        case Form.PDF | Form.PNG:
            return _sheet(chosen, wanted)
        case Form.IMAGES:
            return _zip(chosen, wanted, lambda row: (_png(archive, row.record), ".png"))
        case Form.DICOM:
            return _zip(chosen, wanted, _dicom_files(archive))


def _rows(chosen: Chosen, wanted: Wanted) -> Iterator[Row]:
    identity_of = chosen.reader.identity if wanted.identity else None
    return described(chosen.snapshot, chosen.picked, identity_of)


def _zip(chosen: Chosen, wanted: Wanted, release: Release) -> Iterator[bytes]:
    cards = (
        ("methods.json", json.dumps(chosen.methods, indent=2).encode("ascii")),
        ("methods.md", in_markdown(chosen.methods).encode()),
    )
    rows = described(chosen.snapshot, chosen.picked)
    return zipped(entries(rows, release, cards, burned_in=wanted.burned_in))


def _sheet(chosen: Chosen, wanted: Wanted) -> Iterator[bytes]:
    count = len(chosen.picked)
    heading = f"radseek, {count:,} {'picture' if count == 1 else 'pictures'}"
    style = SheetStyle(heading, FOOT, caption_lines=2 if wanted.captions else 0)
    tiles = (
        SheetTile(chosen.reader.thumbnail(row.picked.id), _caption(row, wanted.captions))
        for row in described(chosen.snapshot, chosen.picked)
    )
    if wanted.form is Form.PNG:
        yield png_sheet(tiles, count, style)
        return
    with TemporaryDirectory(prefix="radseek-sheet-") as folder:
        path = Path(folder, "sheet.pdf")
        write_pdf(tiles, count, style, path)
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece


def _caption(row: Row, wanted: frozenset[Caption]) -> list[str]:
    """Two lines at most: the number with the score, and the tags."""
    tags, score = row.record.tags, row.picked.score
    number = str(row.number) if Caption.NUMBER in wanted else ""
    scored = f"{score:.3f}" if Caption.SCORE in wanted and score is not None else ""
    kinds = (tags.modality, tags.body_part, tags.laterality, tags.view)
    lines = (
        "   ".join(filter(None, (number, scored))),
        " ".join(filter(None, kinds)) if Caption.TAGS in wanted else "",
    )
    return [line for line in lines if line]


def _png(archive: Archive, record: Record) -> bytes:
    """The picture at its full size, as the collection renders it; pixels and nothing else."""
    check_unchanged(record)
    written = BytesIO()
    Image.fromarray(archive.large_view(record.location, record.frame)).save(written, "PNG")
    return written.getvalue()


def _dicom_files(archive: Archive) -> Release:
    """Each file once, with all its frames, by a key of this export alone."""
    key = secrets.token_bytes(32)
    first: dict[Location, int] = {}

    def release(row: Row) -> tuple[bytes, str]:
        location = row.record.location
        number = first.setdefault(location, row.number)
        if number != row.number:
            raise CannotDecode(SkipCode.UNSUPPORTED, f"Its file is here as that of {number}.")
        check_unchanged(row.record)
        return archive.deidentified(location, key), ".dcm"

    return release


def check_unchanged(record: Record) -> None:
    """Raise CannotDecode for a file that is gone, or has changed since it was indexed."""
    try:
        modified = record.location.path.stat().st_mtime
    except OSError as error:
        raise CannotDecode(SkipCode.UNREADABLE, "Its file is not there now.") from error
    if int(modified) > record.indexed_at.timestamp():  # whole seconds
        raise CannotDecode(SkipCode.UNREADABLE, "Its file has changed since it was indexed.")


def _made(archive: Archive) -> Made:
    settings, card = archive.settings, archive.reader().card
    row = ENCODERS.get(card.name)
    edition = served_number(collection_folder(settings.home, settings.collection))
    return Made(__version__, datetime.now(UTC), edition, row.citation if row else "")
