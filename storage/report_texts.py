"""The reports that belong to a picture."""

from sqlalchemy import Connection, bindparam, select

from storage.schema import instances, pictures, reports

_of_file = reports.c.instance_id.is_not(None)
_studies = (
    select(instances.c.study_uid)
    .join_from(pictures, instances)
    .where(pictures.c.id == bindparam("picture_id"), instances.c.study_uid != "")
)
_texts = (
    select(reports.c.text)
    .outerjoin_from(reports, instances, instances.c.id == reports.c.instance_id)
    .where(reports.c.study_uid.in_(_studies), instances.c.tombstone.is_(None))
    .order_by(_of_file, reports.c.id)
)


def report_texts(connection: Connection, picture_id: int) -> list[str]:
    """The texts of the reports of its study: what was handed in first, then those of files."""
    return list(connection.execute(_texts, {"picture_id": picture_id}).scalars())
