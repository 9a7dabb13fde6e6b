"""Make the collection of schema 0001 that lies beside this script.

Run it in a checkout of commit 27e7d77, the last one that wrote this schema:

    python PATH/make.py PATH

All names are invented.
"""

import shutil
import sqlite3
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from core.types import EmbeddedFile, Identity, SkipCode, Skipped, Tags
from tests.unit.storage.factories import embedded, open_writer, prepared, random_rows, source

ROWS = random_rows(9, seed=1)
NAMES = Identity("id-1", "Yamada^Tarou=山田^太郎=やまだ^たろう", "19700101", "A1")
HEAD_CT = Tags(modality="CT", body_part="HEAD", study_date="20040229", sop_uid="2.25.1", rows=512)
CHEST = Tags(modality="CR", study_date="20040230", series_uid="2.25.2", instance_number=7)
BAD = Skipped(Path("/archive/bad.dcm"), SkipCode.CORRUPT, "Half a header.", 9, 8, "77")
REPORT = Skipped(Path("/archive/report.dcm"), SkipCode.NO_PIXELS, "A report.", 5, 4, "66")


def main(folder: Path) -> None:
    """Write three batches, build the index, and move the files beside this script."""
    with open_writer(folder / "home") as writer:
        writer.commit([head("head.dcm"), embedded("volume.dcm", ROWS[1:4], CHEST, "22")])
        writer.commit([head("copy.dcm"), embedded("volume.dcm", ROWS[5:8], CHEST, "33")], [BAD])
        writer.commit([embedded("plain.png", ROWS[8:9], sha256="44")], [REPORT])
        writer.refresh_index()
    made = folder / "home" / "collections" / "main"
    for name in ("catalog.sqlite", "thumbnails.sqlite"):
        compact(made / name)
        (made / name).replace(folder / name)
    for name in ("shards", "index"):
        shutil.rmtree(folder / name, ignore_errors=True)
        (made / name).replace(folder / name)
    shutil.rmtree(folder / "home")


def head(name: str) -> EmbeddedFile:
    """A file with the same bytes whatever its name."""
    picture = replace(prepared(0, HEAD_CT, NAMES), thumbnail=b"head")
    return EmbeddedFile(source(name, "11"), [picture], ROWS[:1])


def compact(database: Path) -> None:
    """One file without a log beside it."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("VACUUM")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
