"""Outcomes of files whose bytes are a letter."""

import sqlite3
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

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
from storage.locations import key_of
from storage.visits import open_visits


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


TABLES = """
CREATE TABLE instances (id INTEGER PRIMARY KEY, sha256, state, code, tombstone);
CREATE TABLE files (path, member, size, modified_ns, sha256, instance_id, skip_code);
"""


@contextmanager
def opened_visits(files=None):
    """The account of a run over a catalog that has these files, by location."""
    with TemporaryDirectory() as folder:
        catalog = Path(folder, "catalog.sqlite")
        with closing(sqlite3.connect(catalog)) as connection:
            connection.executescript(TABLES)
            for number, (location, file) in enumerate((files or {}).items()):
                _insert(connection, number, location, file)
            connection.commit()
        with open_visits(Path(folder, "visits.sqlite"), catalog, "test") as visits:
            yield visits


def _insert(connection, number, location, file):
    is_skipped = file.state is FileState.SKIPPED
    row = (*key_of(location), file.size, file.modified_ns, file.sha256)
    outcome = (None, file.code) if is_skipped else (number, None)
    connection.execute("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?)", (*row, *outcome))
    if not is_skipped:
        state, code = file.state.value, file.code or None
        values = (number, file.sha256, state, code)
        connection.execute("INSERT INTO instances VALUES (?, ?, ?, ?, NULL)", values)
