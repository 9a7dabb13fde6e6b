"""What another edition of a collection lacks of the served one, and what it has too much."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Self

from sqlalchemy import (
    Executable,
    MetaData,
    and_,
    bindparam,
    event,
    exists,
    func,
    or_,
    select,
    tuple_,
)

from core.types import CatalogueCode, Location, SkipCode
from storage.catalog import FileState
from storage.database import address_of, open_for_reading, storage_errors
from storage.layout import Layout
from storage.locations import location_of
from storage.schema import files, instances

PART: Final = 5_000  # rows of one look; between looks both catalogs may change
NOT_READ: Final = "not-read"  # the code of a file that the edition does not know

_served = MetaData(schema="served")
_served_files = files.to_metadata(_served)
_theirs, _their_archives = _served_files.alias("theirs"), _served_files.alias("their_archives")
_their_instances = instances.to_metadata(_served).alias("their_instances")
_ours, _archives = files.alias("ours"), files.alias("archives")
_our_instances = instances.alias("our_instances")
_NONE = b""  # the member of what is no member

# A member is as its archive is; the row of an archive comes after those of all its members.
_read_since = exists().where(
    _ours.c.path == _theirs.c.path,
    _ours.c.member == _NONE,
    _ours.c.modified_ns == _theirs.c.modified_ns,
    or_(_ours.c.size == _theirs.c.size, _theirs.c.member != _NONE),
    func.coalesce(_ours.c.skip_code, "") != SkipCode.UNREADABLE.value,
)
_is_reference = and_(_theirs.c.member != _NONE, _theirs.c.modified_ns == 0)
_to_read = (
    select(_theirs.c.path)
    .distinct()
    .where(_theirs.c.path > bindparam("path"), ~_is_reference, ~_read_since)
    .order_by(_theirs.c.path)
    .limit(PART)
)
# An archive without a row of its own was not read to its end, or lost members to `radseek remove`.
_is_another_archive = exists().where(
    _their_archives.c.path == _ours.c.path,
    _their_archives.c.member == _NONE,
    ~exists().where(
        _archives.c.path == _ours.c.path,
        _archives.c.member == _NONE,
        _their_archives.c.instance_id.is_not(None),
        _their_archives.c.sha256 == _archives.c.sha256,
    ),
)
_path_is_known = exists().where(_theirs.c.path == _ours.c.path)
_place_is_known = exists().where(_theirs.c.path == _ours.c.path, _theirs.c.member == _ours.c.member)
_too_much = (
    select(_ours.c.path, _ours.c.member)
    .where(
        tuple_(_ours.c.path, _ours.c.member) > tuple_(bindparam("path"), bindparam("member")),
        or_(~_path_is_known, and_(_ours.c.member != _NONE, ~_place_is_known, ~_is_another_archive)),
    )
    .order_by(_ours.c.path, _ours.c.member)
    .limit(PART)
)
_with_instances = _theirs.join(_their_instances, _theirs.c.instance_id == _their_instances.c.id)
_with_ours = _with_instances.outerjoin(
    _ours,
    and_(_ours.c.path == _theirs.c.path, _ours.c.member == _theirs.c.member),
).outerjoin(_our_instances, _ours.c.instance_id == _our_instances.c.id)
_code = func.coalesce(_ours.c.skip_code, _our_instances.c.code, NOT_READ)
_they_have_pictures = _their_instances.c.state == FileState.EMBEDDED.value
_we_have_none = or_(
    _our_instances.c.id.is_(None),
    and_(
        _our_instances.c.state == FileState.CATALOGUED.value,
        _our_instances.c.code != CatalogueCode.NOT_SAMPLED.value,
    ),
)
_missing = (
    select(_code, func.count())
    .select_from(_with_ours)
    .where(_they_have_pictures, _we_have_none)
    .group_by(_code)
)
_missing_files = (
    select(_theirs.c.path, _theirs.c.member, _code)
    .select_from(_with_ours)
    .where(
        tuple_(_theirs.c.path, _theirs.c.member) > tuple_(bindparam("path"), bindparam("member")),
        _they_have_pictures,
        _we_have_none,
    )
    .order_by(_theirs.c.path, _theirs.c.member)
    .limit(PART)
)
_with_pictures = select(func.count()).select_from(_with_instances).where(_they_have_pictures)

_skipped = select(func.count()).select_from(_ours).where(_ours.c.skip_code.is_not(None))


class Difference:
    """Compares an edition with the served one. A context manager; both may be written to."""

    def __init__(self, edition: Layout, served: Layout, name: str) -> None:
        self._name = name
        self._engine = open_for_reading(edition.catalog)
        address = address_of(served.catalog, "ro")
        event.listen(
            self._engine,
            "connect",
            lambda driver, _: driver.execute("ATTACH DATABASE ? AS served", (address,)),
        )

    def to_read(self) -> Iterator[Path]:
        """The files that the edition has not read as the served one has, in the order of paths.

        Archives are named themselves, not by their members.
        """
        after = {"path": _NONE}
        while rows := self._all(_to_read, after):
            yield from (location_of(path, _NONE).path for (path,) in rows)
            after = {"path": rows[-1][0]}

    def too_much(self) -> Iterator[list[Location]]:
        """What the served edition does not know, part by part: removed, or vanished, meanwhile."""
        after = {"path": _NONE, "member": _NONE}
        while rows := self._all(_too_much, after):
            yield [location_of(path, member) for path, member in rows]
            after = {"path": rows[-1][0], "member": rows[-1][1]}

    def missing(self) -> dict[str, int]:
        """How many files have pictures in the served edition and none here, by the reason's code.

        Slices that are left out of a long series are not missing.
        """
        return dict(self._all(_missing, {}))

    def missing_files(self) -> Iterator[tuple[Location, str]]:
        """The same files one by one, each with the reason's code."""
        after = {"path": _NONE, "member": _NONE}
        while rows := self._all(_missing_files, after):
            yield from ((location_of(path, member), code) for path, member, code in rows)
            after = {"path": rows[-1][0], "member": rows[-1][1]}

    def with_pictures(self) -> int:
        """How many files have pictures in the served edition."""
        ((number,),) = self._all(_with_pictures, {})
        return int(number)

    def skipped(self) -> int:
        """How many files the edition could not read."""
        ((number,),) = self._all(_skipped, {})
        return int(number)

    def close(self) -> None:
        """Close the catalogs."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _all(self, statement: Executable, values: Mapping[str, bytes]) -> list[Any]:
        with storage_errors(self._name), self._engine.connect() as connection:
            return list(connection.execute(statement, values))
