"""Knows the words that a reason may have: those of the program, and none of a file."""

import re
from functools import cache
from pathlib import Path

from pydicom.uid import UID_dictionary

ROOT = Path(__file__).parents[2]
WORD = re.compile(r"[^\W\d_]{4,}")
ERROR_NAME = re.compile(r"\b\w*(?:Error|Exception|Panic|Exit|Interrupt|error)\b")


@cache
def known_words() -> frozenset[str]:
    """Every word in the program's own source, and in the names of DICOM's UIDs."""
    paths = [path for room in ("core", "imaging") for path in (ROOT / room).glob("*.py")]
    names = [entry[0] for entry in UID_dictionary.values()]
    texts = [*names, *(path.read_text() for path in paths)]
    return frozenset(word.lower() for text in texts for word in WORD.findall(text))


def foreign_words(reason: str) -> list[str]:
    """Give the words of a reason that are not the program's; names of errors do not count."""
    words = WORD.findall(ERROR_NAME.sub("", reason))
    return [word for word in words if word.lower() not in known_words()]
