"""Gives UIDs to files that lack them."""

import re
from typing import Final
from uuid import NAMESPACE_OID, uuid5

from pydicom.uid import UID

_UID: Final = re.compile(r"\d+(\.\d+)+")
MAX_LENGTH: Final = 64
# The parent of all UIDs that are made of a UUID; it makes ours differ from anyone else's.
_NAMESPACE: Final = uuid5(NAMESPACE_OID, "2.25")

STUDY: Final = "study"
SERIES: Final = "series"
SOP: Final = "sop"


def is_uid(text: str) -> bool:
    """Say whether text is numbers joined by dots, at most 64 characters (PS3.5 section 9.1).

    Leading zeros, which the standard forbids, are common and harmless.
    """
    return len(text) <= MAX_LENGTH and text.isascii() and _UID.fullmatch(text) is not None


def uid_name(text: str) -> str:
    """Name what a file gives as a UID in a sentence: one that is unknown stands for itself.

    Text that is no UID is not repeated: it may be anything, and names of patients too.
    """
    return str(UID(text).name) if is_uid(text) else "not a UID"


def derived_uid(level: str, sha256: str) -> str:
    """Make the UID of a file that has none at `level`: the same for the same bytes.

    `level` is STUDY, SERIES or SOP; `sha256` that of the file. Source: PS3.5 section B.2 (a UUID
    below the root 2.25); RFC 9562 section 5.5.
    """
    return f"2.25.{uuid5(_NAMESPACE, f'{level} {sha256}').int}"
