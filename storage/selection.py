"""Which files of a collection a person means: under paths, of a study or series, those skipped."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, func, or_, select

from core.types import Location
from storage.locations import lies_under, location_of
from storage.schema import files, instances

_held = files.outerjoin(instances, files.c.instance_id == instances.c.id)


@dataclass(frozen=True, slots=True)
class Selection:
    """Files that one of these is true of."""

    under: tuple[Path, ...] = ()  # absolute: files, folders, archives
    study_uid: str | None = None
    series_uid: str | None = None
    is_skipped: bool = False

    def condition(self) -> ColumnElement[bool]:
        """As a condition on files and their instances."""
        parts = [lies_under(path) for path in self.under]
        if self.study_uid is not None:
            parts.append(instances.c.study_uid == self.study_uid)
        if self.series_uid is not None:
            parts.append(instances.c.series_uid == self.series_uid)
        if self.is_skipped:
            parts.append(files.c.skip_code.is_not(None))
        return or_(False, *parts)


def how_many(connection: Connection, selection: Selection) -> int:
    """The number of files."""
    wanted = select(func.count()).select_from(_held).where(selection.condition())
    return int(connection.execute(wanted).scalar_one())


def some(connection: Connection, selection: Selection, most: int) -> list[Location]:
    """So many of the files at most, the first by location."""
    wanted = select(files.c.path, files.c.member).select_from(_held).where(selection.condition())
    rows = connection.execute(wanted.order_by(files.c.path, files.c.member).limit(most))
    return [location_of(*row) for row in rows]
