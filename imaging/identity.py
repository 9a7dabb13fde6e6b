"""Reads what names the patient: apart from all else, so that it can be kept apart."""

from typing import Final

from pydicom.dataset import Dataset

from core.types import Identity
from imaging import elements
from imaging.dates import parse_date

KEYWORDS: Final = (
    "PatientID",
    "IssuerOfPatientID",
    "PatientName",
    "PatientBirthDate",
    "AccessionNumber",
)


def read_identity(dataset: Dataset) -> Identity:
    """Read who the patient is, and the number of the order."""
    alphabetic, ideographic, phonetic = split_name(elements.text(dataset, "PatientName"))
    birth_date = elements.text(dataset, "PatientBirthDate")
    return Identity(
        patient_id=elements.text(dataset, "PatientID"),
        issuer=elements.text(dataset, "IssuerOfPatientID"),
        name_alphabetic=alphabetic,
        name_ideographic=ideographic,
        name_phonetic=phonetic,
        birth_date=birth_date,
        birth_day=parse_date(birth_date),
        accession_number=elements.text(dataset, "AccessionNumber"),
    )


def split_name(name: str) -> tuple[str, str, str]:
    """Split a name into its alphabetic, ideographic and phonetic groups, empty where it has none.

    Components stay apart by "^", without those that are empty at the end. A fourth group has no
    meaning, and stays in the third. Source: PS3.5 section 6.2.1.1.
    """
    groups = [group.strip().rstrip("^ ") for group in name.split("=", 2)]
    alphabetic, ideographic, phonetic = groups + [""] * (3 - len(groups))
    return alphabetic, ideographic, phonetic
