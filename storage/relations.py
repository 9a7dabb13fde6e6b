"""How files are linked: by the same bytes, SOP Instance UID or pixels."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby
from operator import attrgetter, itemgetter
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from core.errors import UnknownName
from core.types import Location, Related, Relation
from storage.catalog import first_file_id
from storage.locations import location_of
from storage.schema import files, instances, pictures

Link = tuple[Relation, list[Location]]


@dataclass(frozen=True, slots=True)
class _Content:
    """One instance with its pictures by frame."""

    id: int
    sop_uid: str
    location: Location  # the first
    pictures: dict[int, int] = field(default_factory=dict)  # ids
    pixels: dict[int, bytes] = field(default_factory=dict)  # hashes, where they are known


_is_living = instances.c.tombstone.is_(None)
_is_shown = pictures.c.tombstone.is_(None)
_contents = (
    select(
        instances.c.id,
        instances.c.sop_uid,
        files.c.path,
        files.c.member,
        pictures.c.frame,
        pictures.c.id,
        pictures.c.pixel_sha256,
    )
    .select_from(instances)
    .join(files, files.c.id == first_file_id)
    .outerjoin(pictures, pictures.c.instance_id == instances.c.id)
    .where(_is_living)
    .order_by(instances.c.sop_uid, instances.c.id, pictures.c.frame)
)
_own = (
    select(instances.c.id, instances.c.sop_uid, pictures.c.frame, pictures.c.pixel_sha256)
    .join_from(pictures, instances)
    .where(pictures.c.id == bindparam("picture_id"))
)
_its_pixels = select(pictures.c.frame, pictures.c.pixel_sha256).where(
    pictures.c.instance_id == bindparam("instance_id"), pictures.c.pixel_sha256.is_not(None)
)
_its_files = (
    select(files.c.path, files.c.member)
    .where(files.c.instance_id == bindparam("instance_id"))
    .order_by(files.c.id)
)
_named = _contents.where(
    instances.c.id != bindparam("instance_id"),
    instances.c.sop_uid != "",
    instances.c.sop_uid == bindparam("sop_uid"),
)
_alike = (
    select(files.c.path, files.c.member, pictures.c.id)
    .select_from(pictures)
    .join(instances)
    .join(files, files.c.id == first_file_id)
    .where(
        _is_shown,
        pictures.c.pixel_sha256 == bindparam("pixels"),
        instances.c.id != bindparam("instance_id"),
        (instances.c.sop_uid == "") | (instances.c.sop_uid != bindparam("sop_uid")),
    )
    .order_by(instances.c.id, pictures.c.frame)
)
_copied = (
    select(files.c.instance_id)
    .where(files.c.instance_id.is_not(None))
    .group_by(files.c.instance_id)
    .having(func.count() > 1)
)
_copies = (
    select(files.c.instance_id, files.c.path, files.c.member)
    .where(files.c.instance_id.in_(_copied))
    .order_by(files.c.instance_id, files.c.id)
)
_shared_uids = (
    select(instances.c.sop_uid)
    .where(_is_living, instances.c.sop_uid != "")
    .group_by(instances.c.sop_uid)
    .having(func.count() > 1)
)
_shared_pixels = (
    select(pictures.c.pixel_sha256)
    .where(_is_shown, pictures.c.pixel_sha256.is_not(None))
    .group_by(pictures.c.pixel_sha256)
    .having(func.count() > 1)
)
_twins = (
    select(
        pictures.c.pixel_sha256, instances.c.id, instances.c.sop_uid, files.c.path, files.c.member
    )
    .select_from(pictures)
    .join(instances)
    .join(files, files.c.id == first_file_id)
    .where(_is_shown, pictures.c.pixel_sha256.in_(_shared_pixels))
    .order_by(pictures.c.pixel_sha256, instances.c.id)
)
_contested = (
    select(instances.c.sop_uid)
    .join_from(instances, pictures)
    .where(_is_living, instances.c.sop_uid.in_(_shared_uids))
    .group_by(instances.c.sop_uid, pictures.c.frame)
    .having(func.count(pictures.c.pixel_sha256.distinct()) > 1)
    .distinct()
    .subquery()
)
_conflicts = select(func.count()).select_from(_contested)


def related(connection: Connection, picture_id: int) -> list[Related]:
    """The other files that are linked to a picture's. Raises UnknownName for no such picture.

    Copies of its bytes come first, then other files with its SOP Instance UID, then those with its
    pixels.
    """
    own = connection.execute(_own, {"picture_id": picture_id}).one_or_none()
    if own is None:
        raise UnknownName(f"No picture has the id {picture_id}.")
    return [
        *_other_files(connection, own.id),
        *_with_uid(connection, own.id, own.sop_uid, own.frame),
        *_with_pixels(connection, own.id, own.sop_uid, own.pixel_sha256),
    ]


def duplicates(connection: Connection) -> list[Link]:
    """All files that are linked: by bytes, then by SOP Instance UID, then by pixels.

    Of several files with the same bytes only the first one stands in the later links.
    """
    return [
        *_same_bytes(connection),
        *_same_uids(connection),
        *_same_pixels(connection),
    ]


def conflicts(connection: Connection) -> int:
    """The number of SOP Instance UIDs that files with different pixels claim."""
    return int(connection.execute(_conflicts).scalar_one())


def _other_files(connection: Connection, instance_id: int) -> list[Related]:
    rows = connection.execute(_its_files, {"instance_id": instance_id})
    return [Related(Relation.SAME_BYTES, location_of(*row), None) for row in rows][1:]


def _with_uid(
    connection: Connection, instance_id: int, sop_uid: str, frame: int
) -> Iterator[Related]:
    rows = connection.execute(_its_pixels, {"instance_id": instance_id})
    mine = {row.frame: row.pixel_sha256 for row in rows}
    wanted = {"instance_id": instance_id, "sop_uid": sop_uid}
    for other in _gathered(connection.execute(_named, wanted)):
        relation = _relation([mine, other.pixels])
        yield Related(relation, other.location, other.pictures.get(frame))


def _with_pixels(
    connection: Connection, instance_id: int, sop_uid: str, pixels: bytes | None
) -> Iterator[Related]:
    wanted = {"instance_id": instance_id, "sop_uid": sop_uid, "pixels": pixels}
    firsts: dict[Location, int] = {}
    for path, member, picture_id in connection.execute(_alike, wanted):
        firsts.setdefault(location_of(path, member), picture_id)
    for location, picture_id in firsts.items():
        yield Related(Relation.SAME_PIXELS, location, picture_id)


def _same_bytes(connection: Connection) -> Iterator[Link]:
    for _, rows in groupby(connection.execute(_copies), itemgetter(0)):
        yield Relation.SAME_BYTES, [location_of(path, member) for _, path, member in rows]


def _same_uids(connection: Connection) -> Iterator[Link]:
    shared = _contents.where(instances.c.sop_uid.in_(_shared_uids))
    for _, group in groupby(_gathered(connection.execute(shared)), attrgetter("sop_uid")):
        contents = list(group)
        relation = _relation([content.pixels for content in contents])
        yield relation, [content.location for content in contents]


def _same_pixels(connection: Connection) -> Iterator[Link]:
    """Once for the same files, however many of their frames are alike."""
    links = set()
    for _, rows in groupby(connection.execute(_twins), itemgetter(0)):
        names = {(sop_uid or number, location_of(*key)) for _, number, sop_uid, *key in rows}
        if len({name for name, _ in names}) > 1:
            links.add(tuple(sorted({location for _, location in names})))
    for locations in sorted(links):
        yield Relation.SAME_PIXELS, list(locations)


def _gathered(rows: Iterable[Any]) -> Iterator[_Content]:
    """The contents in rows that have one picture each, or none."""
    for key, group in groupby(rows, itemgetter(0, 1, 2, 3)):
        number, sop_uid, path, member = key
        content = _Content(number, sop_uid, location_of(path, member))
        for *_, frame, picture_id, pixels in group:
            _add(content, frame, picture_id, pixels)
        yield content


def _add(
    content: _Content, frame: int | None, picture_id: int | None, pixels: bytes | None
) -> None:
    if frame is not None and picture_id is not None:
        content.pictures[frame] = picture_id
        if pixels is not None:
            content.pixels[frame] = pixels


def _relation(contents: Sequence[Mapping[int, bytes]]) -> Relation:
    """How contents with one SOP Instance UID differ, by the pixels of each of their frames."""
    frames: dict[int, list[bytes]] = {}
    for frame, pixels in chain.from_iterable(content.items() for content in contents):
        frames.setdefault(frame, []).append(pixels)
    if any(len(set(hashes)) > 1 for hashes in frames.values()):
        return Relation.CONFLICT
    is_compared = any(len(hashes) == len(contents) for hashes in frames.values())
    return Relation.ALTERNATE if is_compared else Relation.SAME_UID
