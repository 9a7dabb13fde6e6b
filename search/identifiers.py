"""Identifiers that are typed where words are expected: they are looked up, not embedded."""

import re
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.types import Ids
from search.language.reading import unknown_words
from search.query import Query, TextPart
from storage.identifiers import Naming
from storage.snapshot import Snapshot

LONGEST: Final = 64  # characters of an identifier: those of the DICOM representations UI, LO, SH

PICTURE_ID: Final = re.compile(r"#(\d{1,18})")
UID: Final = re.compile(r"[0-2](\.\d+){2,}")  # DICOM PS3.5 chapter 9
PATH: Final = re.compile(r"/.+")
FILE_NAME: Final = re.compile(r"[^\s/]+\.(dcm|dicom|ima|nii|nii\.gz|png|jpe?g|tiff?|bmp|webp|zip)")
LONG_NUMBER: Final = re.compile(r"[A-Za-z_-]*\d[\d_-]{4,}")  # an identifier, and no word
NUMBERED: Final = re.compile(r"\S*\d{4}\S*")  # perhaps a file, such as IM0001
AROUND: Final = ",;:.!?()[]{}<>\"'“”‘’"  # of a word in a sentence

UIDS: Final = (Naming.IMAGE_UID, Naming.SERIES_UID, Naming.STUDY_UID)
IDENTITIES: Final = (Naming.ACCESSION, Naming.PATIENT)


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """What an identifier names."""

    ids: Ids  # series by series, in their order
    note: str  # a sentence for the person; it does not repeat the identifier


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text may be an identifier of."""

    namings: tuple[Naming, ...]  # in the order in which they are tried
    is_certain: bool  # whether it is no text for an encoder, even if it names nothing


def look_up(query: Query, snapshot: Snapshot) -> Named | None:
    """What the query names, when it is one text and that an identifier; else None.

    A text that can only be an identifier, and names nothing here, names no picture: an encoder
    would find some picture for it all the same.
    """
    match query.parts:
        case (TextPart(text, weight),) if weight > 0 and not query.feedback.is_given():
            return _look_up(text.strip(), snapshot)
    return None


def _look_up(text: str, snapshot: Snapshot) -> Named | None:
    picture = PICTURE_ID.fullmatch(text)
    if picture:
        return _by_id(int(picture[1]), snapshot)
    reading = reading_of(text)
    found = snapshot.named(reading.namings, text) if reading.namings else None
    if found is not None:
        return Named(found[1], f"Found by its {found[0]}, not by what it looks like.")
    if not reading.is_certain:
        return None
    looked = " or ".join(reading.namings)
    return Named(np.zeros(0, np.int64), f"No picture of this collection has this {looked}.")


def may_identify(text: str, snapshot: Snapshot) -> bool:
    """Whether a text, or a word of it, may name a patient, a study or a file.

    That is what has the shape of an identifier, here or elsewhere, and what is a name here. It is
    then no text for an address or a log. The number of a picture, `#123`, names nobody.
    """
    words = (word.strip(AROUND) for word in text.split())
    if any(_may_identify(each, snapshot) for each in {text.strip(), *words}):
        return True
    unknown = unknown_words(text)
    return bool(unknown) and snapshot.names_somebody(unknown)


def _may_identify(text: str, snapshot: Snapshot) -> bool:
    if PICTURE_ID.fullmatch(text):
        return False
    reading = reading_of(text)
    if reading.is_certain or NUMBERED.fullmatch(text):
        return True
    return bool(reading.namings) and snapshot.named(reading.namings, text) is not None


def reading_of(text: str) -> Reading:
    """What a text may be an identifier of, by its shape."""
    if UID.fullmatch(text):
        return Reading(UIDS, is_certain=True)
    if PATH.fullmatch(text):
        return Reading((Naming.PATH,), is_certain=True)
    if FILE_NAME.fullmatch(text.lower()):
        return Reading((Naming.FILE_NAME,), is_certain=True)
    if len(text) > LONGEST or not any(mark.isdigit() for mark in text):
        return Reading((), is_certain=False)
    if NUMBERED.fullmatch(text):
        is_certain = LONG_NUMBER.fullmatch(text) is not None
        return Reading((*IDENTITIES, Naming.FILE_NAME), is_certain)
    return Reading(IDENTITIES, is_certain=False)


def _by_id(picture_id: int, snapshot: Snapshot) -> Named:
    ids = snapshot.ids[snapshot.ids == picture_id]
    return Named(ids, "" if len(ids) else "No picture of this collection has this number.")
