"""Whether each picture has a thumbnail that can be shown."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError, OperationalError

from core.types import Ids
from storage.database import open_for_reading, passing
from storage.verify_findings import CheckProgress, Depth, Finding, FindingCode, Findings, Show, some

FILE = "thumbnails.sqlite"
SAMPLE = 1_000  # thumbnails that are decoded, unless all are

IsPicture = Callable[[bytes], bool]

_TABLE = "SELECT count(*) FROM sqlite_master WHERE name = 'thumbnails'"
_IDS = "SELECT picture_id FROM thumbnails ORDER BY picture_id"
_WEBP = "SELECT webp FROM thumbnails WHERE picture_id = ?"


def check_thumbnails(
    path: Path, living: Ids, depth: Depth, is_picture: IsPicture, show: Show
) -> tuple[list[Finding], Ids]:
    """What is wrong with the thumbnails, and the living pictures (n,) that have none."""
    if not path.is_file():
        return [], living
    try:
        with passing(open_for_reading(path)) as engine, engine.connect() as connection:
            return _checked(connection, living, depth, is_picture, show)
    except OperationalError:  # as of a full disk
        raise
    except DatabaseError:
        return [_damaged()], living[:0]


def missing(ids: Ids) -> Findings:
    """Say which pictures have no thumbnail."""
    if len(ids):
        yield Finding(
            FindingCode.THUMBNAILS_MISSING,
            "Pictures have no thumbnail. `radseek rebuild --thumbnails` makes them from the files.",
            len(ids),
            f"{FILE} pictures {some(ids[:10].tolist())}",
        )


def _checked(
    connection: Connection, living: Ids, depth: Depth, is_picture: IsPicture, show: Show
) -> tuple[list[Finding], Ids]:
    if depth is not Depth.QUICK and _is_damaged(connection):
        return [_damaged()], living[:0]
    if not connection.exec_driver_sql(_TABLE).scalar_one():
        return [], living
    there = np.fromiter(connection.exec_driver_sql(_IDS).scalars(), dtype=np.int64)
    shown = np.intersect1d(there, living, assume_unique=True)
    chosen = shown[:: _step(len(shown), depth)] if depth is not Depth.QUICK else shown[:0]
    broken = list(_undecodable(connection, chosen, is_picture, show))
    findings = [*_unreadable(broken), *_orphaned(len(there) - len(shown))]
    return findings, np.setdiff1d(living, shown, assume_unique=True)


def _is_damaged(connection: Connection) -> bool:
    return str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()) != "ok"


def _step(number: int, depth: Depth) -> int:
    return 1 if depth is Depth.FULL else max(1, number // SAMPLE)


def _undecodable(
    connection: Connection, ids: Ids, is_picture: IsPicture, show: Show
) -> Iterator[int]:
    for done, number in enumerate(ids.tolist()):
        if done % 100 == 0:
            show(CheckProgress("thumbnails", done, len(ids)))
        webp = connection.exec_driver_sql(_WEBP, (number,)).scalar_one()
        if not is_picture(webp):
            yield number


def _unreadable(ids: list[int]) -> Findings:
    if ids:
        yield Finding(
            FindingCode.THUMBNAILS_UNREADABLE,
            "Thumbnails are no pictures. `radseek rebuild --thumbnails` makes them from the files.",
            len(ids),
            f"{FILE} pictures {some(ids)}",
        )


def _orphaned(number: int) -> Findings:
    if number:
        yield Finding(
            FindingCode.THUMBNAILS_ORPHANED,
            "Thumbnails belong to pictures that have ended, or that were never committed.",
            number,
            FILE,
        )


def _damaged() -> Finding:
    return Finding(
        FindingCode.THUMBNAILS_DAMAGED,
        "SQLite finds the thumbnails damaged. "
        "`radseek rebuild --thumbnails` makes them from the files.",
        1,
        FILE,
    )
