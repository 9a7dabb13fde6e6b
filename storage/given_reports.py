"""Reports that were handed in, kept for the studies that they are of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, literal_column, null, select

from core.types import Location
from storage.locations import key_of
from storage.parameters import storable
from storage.schema import files, identities, instances, reports
from storage.statements import Statement, given
from storage.words import catch_up


class ReportKey(StrEnum):
    """What the study of a report is named by."""

    STUDY = "study_uid"
    INSTANCE = "sop_uid"
    ACCESSION = "accession"
    PATH = "path"  # of a file, or of a member of an archive


@dataclass(frozen=True, slots=True)
class GivenReport:
    """One report as it was handed in. No text: the study has none any more."""

    line: int  # of the table that it is from
    key: ReportKey
    value: str | Location
    text: str


_values, _places, _studies = given("value"), given("path", "member"), given("study_uid")
_told = given("study_uid", "text")
_NONE: Final[ColumnElement[str]] = literal_column("''")
_has_study = (instances.c.tombstone.is_(null()), instances.c.study_uid != _NONE)
_STUDIES_OF: Final = {
    key: Statement(
        _values,
        select(column, instances.c.study_uid)
        .distinct()
        .select_from(source)
        .where(*_has_study, column.in_(select(_values))),
    )
    for key, column, source in (
        (ReportKey.STUDY, instances.c.study_uid, instances),
        (ReportKey.INSTANCE, instances.c.sop_uid, instances),
        (ReportKey.ACCESSION, identities.c.accession_number, instances.join(identities)),
    )
}
_STUDIES_AT: Final = Statement(
    _places,
    select(files.c.path, files.c.member, instances.c.study_uid)
    .select_from(
        _places.join(
            files, and_(files.c.path == _places.c.path, files.c.member == _places.c.member)
        ).join(instances, instances.c.id == files.c.instance_id)
    )
    .where(instances.c.study_uid != _NONE),
)
_is_given = reports.c.instance_id.is_(null())
_of_these = (_is_given, reports.c.study_uid.in_(select(_studies)))
_TEXTS: Final = Statement(_studies, select(reports.c.study_uid, reports.c.text).where(*_of_these))
_TAKE_BACK: Final = Statement(_studies, delete(reports).where(*_of_these))
_GIVE: Final = Statement(_told, insert(reports).from_select(("study_uid", "text"), select(_told)))
_all_given = select(reports.c.study_uid, reports.c.text).where(_is_given)


def give(
    connection: Connection, handed_in: Sequence[GivenReport], seen: set[str]
) -> list[GivenReport]:
    """Keep reports in the place of earlier ones, and give those that name nothing that is indexed.

    `seen` are the studies that have got one of the same table before: another is added to it.
    """
    of = _studies_of(connection, handed_in)
    texts: dict[str, list[str]] = {study: [] for studies in of for study in studies}
    for study, text in _TEXTS.run(connection, [(study,) for study in texts.keys() & seen]):
        texts[study].append(text)
    for report, studies in zip(handed_in, of, strict=True):
        for study in studies:
            texts[study].append(storable(report.text))
    replace(connection, {study: "\n\n".join(filter(None, told)) for study, told in texts.items()})
    seen.update(texts)
    return [report for report, studies in zip(handed_in, of, strict=True) if not studies]


def replace(connection: Connection, texts: Mapping[str, str]) -> None:
    """Keep these texts of studies in the place of those that were given before."""
    _TAKE_BACK.run(connection, [(study,) for study in texts])
    _GIVE.run(connection, [(study, text) for study, text in texts.items() if text])
    catch_up(connection)


def all_given(connection: Connection) -> dict[str, str]:
    """The reports that were handed in, by their studies."""
    return {row.study_uid: row.text for row in connection.execute(_all_given)}


def _studies_of(connection: Connection, handed_in: Iterable[GivenReport]) -> list[set[str]]:
    """The studies that each report names."""
    found: dict[tuple[ReportKey, Any], set[str]] = {}
    asked = {(report.key, _value_of(report)) for report in handed_in}
    for key, statement in (*_STUDIES_OF.items(), (ReportKey.PATH, _STUDIES_AT)):
        values = sorted(value for kind, value in asked if kind is key)
        for *value, study in statement.run(connection, values):
            found.setdefault((key, tuple(value)), set()).add(study)
    return [found.get((report.key, _value_of(report)), set()) for report in handed_in]


def _value_of(report: GivenReport) -> tuple[Any, ...]:
    match report.value:
        case Location() as place:
            return key_of(place)
        case value:
            return (storable(value),)
