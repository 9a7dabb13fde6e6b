"""What became of every file: the answers that account for all of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, func, null, select

from core.types import CatalogueCode, Location, SkipCode, Skipped
from storage.catalog import FileState
from storage.locations import lies_under, location_of
from storage.schema import files, instances, reports


@dataclass(frozen=True, slots=True)
class KnownFile:
    """One file as it was when it was last read."""

    size: int  # bytes
    modified_ns: int
    sha256: str
    state: FileState
    code: str  # a SkipCode or CatalogueCode; empty for the other states


@dataclass(frozen=True, slots=True)
class CataloguedFile:
    """One file that is in the catalog without a picture, and why."""

    location: Location
    code: CatalogueCode
    reason: str
    modality: str
    sop_class_uid: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a collection holds now. Files count as often as their bytes lie somewhere."""

    states: Mapping[FileState, int]  # all four
    catalogued: Mapping[CatalogueCode, int]  # those that occur
    skipped: Mapping[SkipCode, int]  # those that occur
    copies: int  # files with the bytes of another one


_with_instance = files.outerjoin(instances, files.c.instance_id == instances.c.id)
_known = select(
    files.c.path,
    files.c.member,
    files.c.size,
    files.c.modified_ns,
    files.c.sha256,
    func.coalesce(instances.c.state, FileState.SKIPPED.value),
    func.coalesce(files.c.skip_code, instances.c.code, ""),
).select_from(_with_instance)
_reports = (
    select(func.count())
    .select_from(reports.outerjoin(instances, instances.c.id == reports.c.instance_id))
    .where(instances.c.tombstone.is_(null()))
)
_skipped = (
    select(
        files.c.path,
        files.c.member,
        files.c.skip_code,
        files.c.skip_reason,
        files.c.size,
        files.c.modified_ns,
        files.c.sha256,
    )
    .where(files.c.skip_code.is_not(None))
    .order_by(files.c.path, files.c.member)
)
_catalogued = (
    select(
        files.c.path,
        files.c.member,
        instances.c.code,
        instances.c.reason,
        instances.c.modality,
        instances.c.sop_class_uid,
    )
    .join_from(files, instances)
    .where(instances.c.tombstone.is_(None), instances.c.state == FileState.CATALOGUED.value)
    .order_by(files.c.path, files.c.member)
)
_outcomes = (
    select(
        func.coalesce(instances.c.state, FileState.SKIPPED.value),
        func.coalesce(files.c.skip_code, instances.c.code),
        func.count(),
    )
    .select_from(_with_instance)
    .group_by(instances.c.state, files.c.skip_code, instances.c.code)
)
_copies = select(func.count(files.c.instance_id) - func.count(files.c.instance_id.distinct()))


def known(connection: Connection) -> dict[Location, KnownFile]:
    """Every file that was ever read."""
    return {
        location_of(path, member): KnownFile(size, modified_ns, sha256, FileState(state), code)
        for path, member, size, modified_ns, sha256, state, code in connection.execute(_known)
    }


def skipped(
    connection: Connection,
    code: SkipCode | None = None,
    under: Path | None = None,
    most: int | None = None,
) -> list[Skipped]:
    """The files that could not be read, by location; of one code, or under an absolute path.

    With `most` only the first so many.
    """
    wanted = _skipped if code is None else _skipped.where(files.c.skip_code == code.value)
    return [
        Skipped(location_of(path, member), SkipCode(told), *rest)
        for path, member, told, *rest in connection.execute(_only_under(wanted, under).limit(most))
    ]


def catalogued(
    connection: Connection, code: CatalogueCode | None = None, under: Path | None = None
) -> list[CataloguedFile]:
    """The files without a picture, by location; of one code, or under an absolute path."""
    wanted = _catalogued if code is None else _catalogued.where(instances.c.code == code.value)
    return [
        CataloguedFile(location_of(path, member), CatalogueCode(told), *rest)
        for path, member, told, *rest in connection.execute(_only_under(wanted, under))
    ]


def counts(connection: Connection) -> Counts:
    """How much the collection holds now."""
    states = dict.fromkeys(FileState, 0)
    codes: dict[str, int] = {}
    for state, code, number in connection.execute(_outcomes):
        states[FileState(state)] += number
        codes[code] = codes.get(code, 0) + number
    return Counts(
        states=states,
        catalogued={code: codes[code] for code in CatalogueCode if code in codes},
        skipped={code: codes[code] for code in SkipCode if code in codes},
        copies=connection.execute(_copies).scalar_one(),
    )


def living_reports(connection: Connection) -> int:
    """The number of reports, read from files or handed in."""
    return int(connection.execute(_reports).scalar_one())


def _only_under(wanted: Select[Any], under: Path | None) -> Select[Any]:
    return wanted if under is None else wanted.where(lies_under(under))
