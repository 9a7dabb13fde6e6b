"""The slices of series: which still wait for a choice, and the order of all."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from core.types import CatalogueCode, Location, SeriesImage, Slice
from storage.catalog import FileState, first_file_id
from storage.database import in_parts
from storage.locations import key_of, location_of
from storage.schema import files, instances, meta, pictures

_is_living = instances.c.tombstone.is_(None)
_is_pending = instances.c.state == FileState.PENDING.value
_is_left_out = instances.c.code == CatalogueCode.NOT_SAMPLED.value
_is_embedded = instances.c.state == FileState.EMBEDDED.value
_is_localizer = instances.c.image_type.contains("LOCALIZER")
_is_slice = instances.c.along.is_not(None)
_undecided = (
    select(instances.c.series_uid)
    .distinct()
    .where(_is_living, _is_pending)
    .order_by(instances.c.series_uid)
)
_pending_slices = (
    select(
        files.c.path,
        files.c.member,
        instances.c.series_uid,
        instances.c.orientation,
        func.coalesce(instances.c.along, 0.0),
        instances.c.instance_number,
        instances.c.state,
    )
    .join_from(instances, files, files.c.id == first_file_id)
    .where(
        _is_living,
        instances.c.series_uid == bindparam("series_uid"),
        _is_pending | (_is_slice & ~_is_localizer & (_is_left_out | _is_embedded)),
    )
    .order_by(instances.c.id)
)
_this_file = (files.c.path == bindparam("path")) & (files.c.member == bindparam("member"))
_settle = (
    update(instances)
    .where(
        _is_pending,
        instances.c.id == select(files.c.instance_id).where(_this_file).scalar_subquery(),
    )
    .values(
        state=FileState.CATALOGUED.value,
        code=CatalogueCode.NOT_SAMPLED.value,
        reason=bindparam("why"),
    )
)
_ask_again = (
    update(instances)
    .where(_is_living, instances.c.state == FileState.CATALOGUED.value, _is_left_out)
    .values(state=FileState.PENDING.value, code=None, reason=None)
)
_series = (
    select(
        files.c.path,
        files.c.member,
        pictures.c.frame,
        pictures.c.orientation,
        pictures.c.along,
        pictures.c.id,
        instances.c.orientation,
        instances.c.along,
        instances.c.instance_number,
        files.c.modified_ns,
        _is_localizer,
    )
    .select_from(instances)
    .join(files, files.c.id == first_file_id)
    .outerjoin(pictures, pictures.c.instance_id == instances.c.id)
    .where(
        _is_living,
        instances.c.series_uid == bindparam("series_uid"),
        _is_pending | _is_left_out | _is_embedded,
    )
)


def undecided(connection: Connection) -> list[str]:
    """The UIDs of the series that have a pending slice."""
    return list(connection.execute(_undecided).scalars())


def pending_slices(connection: Connection, series_uid: str) -> list[Slice]:
    """All slices of a series that has a pending one.

    Localizers are no part of a stack, and do not count as slices that are embedded.
    """
    return [
        Slice(location_of(path, member), *rest)
        for path, member, *rest in connection.execute(_pending_slices, {"series_uid": series_uid})
    ]


def settle(connection: Connection, locations: Sequence[Location], most: int) -> None:
    """Catalogue these pending slices as left out by the choice of at most so many of a stack."""
    why = f"Of each stack of its series at most {most} slices are embedded; this is not one."
    for part in in_parts(locations):
        connection.execute(_settle, [_settled(*key_of(location), why) for location in part])


def _settled(path: bytes, member: bytes, why: str) -> dict[str, bytes | str]:
    return {"path": path, "member": member, "why": why}


def ask_again(connection: Connection, slices_per_series: int) -> None:
    """Note another number of slices; those that were left out wait for a choice again."""
    connection.execute(update(meta).values(slices_per_series=slices_per_series))
    connection.execute(_ask_again)


def series(connection: Connection, series_uid: str) -> list[SeriesImage]:
    """The images of a series in order; none for an empty UID, which names no series.

    Stack by stack, each along its normal; then what has no place, by instance number and frame;
    localizers last. A file that has no picture, but is a slice, is one of them.
    """
    rows = connection.execute(_series, {"series_uid": series_uid}) if series_uid else ()
    return [
        image for _, image in sorted((_in_order(*row) for row in rows), key=lambda pair: pair[0])
    ]


def _in_order(
    path: bytes,
    member: bytes,
    frame: int | None,
    orientation: str | None,
    along: float | None,
    picture_id: int | None,
    slice_orientation: str,
    slice_along: float | None,
    instance_number: int | None,
    modified_ns: int,
    is_localizer: bool,
) -> tuple[tuple[Any, ...], SeriesImage]:
    """An image of a series with what it is sorted by."""
    image = SeriesImage(
        location=location_of(path, member),
        frame=frame or 0,
        orientation=orientation or slice_orientation,
        along=slice_along if along is None else along,
        instance_number=instance_number,
        picture_id=picture_id,
        modified_ns=modified_ns,
    )
    number = (instance_number is None, instance_number or 0)
    place = (image.orientation == "", image.orientation, image.along or 0.0)
    return (is_localizer, *place, *number, image.frame, image.location), image
