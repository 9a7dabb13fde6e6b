"""Make the collection of schema 0004 that lies beside this script.

Run it in a checkout of commit 3c72520, which wrote this schema:

    python PATH/make.py PATH

All names are invented.
"""

import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import numpy as np

from core.types import Identity, SkipCode, Skipped, Tags
from storage import shards
from storage.batch import Batch
from storage.given_reports import GivenReport, ReportKey
from storage.label_sets import Label, LabelSet
from tests.unit.storage.factories import (
    at,
    catalogued,
    embedded,
    open_writer,
    pending,
    random_rows,
    source,
)

ROWS = random_rows(9, seed=3)
NAMES = Identity(
    patient_id="id-3",
    name_alphabetic="Yamada^Hanako",
    birth_date="19700102",
    accession_number="A3",
)
HEAD_CT = Tags(
    modality="CT",
    body_part="HEAD",
    laterality="L",
    study_uid="2.25.9",
    sop_uid="2.25.1",
    study_description="Head trauma",
    series_description="Bone 1.0",
    protocol="Kopf nativ",
    rows=512,
)
CHEST = Tags(
    modality="CR", body_part="CHEST", view="PA", study_description="Thorax stehend, Übersicht"
)
BAD = Skipped(at("bad.dcm"), SkipCode.CORRUPT, "Half a header.", 9, 8, "77")


def main(folder: Path) -> None:
    """Fill a full shard and half of another, build the index, and move the files here."""
    shards.ROWS_PER_SHARD = 6
    with open_writer(folder / "home") as writer:
        head = embedded("head.dcm", ROWS[:1], HEAD_CT, pixels="head", identity=NAMES)
        writer.commit(Batch([head, embedded("volume.dcm", ROWS[1:4], content="old")]))
        writer.commit(Batch([embedded("volume.dcm", ROWS[4:7], content="new")]))
        writer.commit(
            Batch([embedded("lost.dcm", ROWS[7:8])], copies=[source("copy", "head.dcm!")])
        )
        report = GivenReport(1, ReportKey.STUDY, "2.25.9", "No fracture of the skull.")
        writer.give_reports([report], set())
        kept = writer.begin_labels(LabelSet("organs", (Label("head", ("a head",)),)))
        writer.put_labels(kept, np.array([1, 5]), np.array([[0.5], [0.25]], np.float32))
        writer.refresh_index()
        writer.commit(Batch([embedded("chest.dcm", ROWS[8:9], CHEST)], gone=[at("lost.dcm")]))
        writer.commit(
            Batch(catalogued=[catalogued("report")], pending=[pending("slice", 1.0)], skipped=[BAD])
        )
    made = folder / "home" / "collections" / "main"
    for name in ("catalog.sqlite", "thumbnails.sqlite"):
        compact(made / name)
        (made / name).replace(folder / name)
    for name in ("shards", "index"):
        shutil.rmtree(folder / name, ignore_errors=True)
        (made / name).replace(folder / name)
    shutil.rmtree(folder / "home")


def compact(database: Path) -> None:
    """One file without a log beside it."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("VACUUM")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
