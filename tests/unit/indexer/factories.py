"""Outcomes of files whose bytes are a letter."""

from hashlib import sha256
from pathlib import Path

import numpy as np

from core.types import (
    CatalogueCode,
    Catalogued,
    Container,
    DecodedFile,
    Found,
    Instance,
    Kept,
    Location,
    Pending,
    Prepared,
    SkipCode,
    Skipped,
    Source,
    Unchanged,
)
from storage.accounts import KnownFile
from storage.catalog import FileState


def place(name):
    """`a.zip!/inner` is a member."""
    path, _, member = name.partition("!/")
    return Location(Path("/archive") / path, member)


def digest(letter):
    return sha256(letter.encode()).hexdigest()


def source(name, letter="x"):
    return Source(place(name), 1, 1, digest(letter))


def decoded(name, letter="x", pictures=1):
    pixels = np.zeros((2, 2, 3), np.uint8)
    prepared = tuple(Prepared(pixels, b"webp", at, digest(letter)) for at in range(pictures))
    return DecodedFile(source(name, letter), Instance(), prepared)


def catalogued(name, letter="x", code=CatalogueCode.NO_PIXELS):
    return Catalogued(source(name, letter), Instance(), Kept(code, "It is a report."))


def pending(name, letter="x"):
    return Pending(source(name, letter), Instance())


def unchanged(name, letter="x"):
    return Unchanged(source(name, letter))


def skipped(name, code=SkipCode.CORRUPT):
    return Skipped(place(name), code, "It is damaged.")


def found(name):
    return Found(place(name), 1, 1)


def container(name, *members, refused=(), letter="z"):
    return Container(source(name, letter), "zip archive", tuple(map(found, members)), refused)


def known(state=FileState.EMBEDDED, code="", letter="x", size=1, modified_ns=1):
    return KnownFile(size, modified_ns, digest(letter), state, str(code))
