"""Whether SQLite finds the catalog whole, and whether its rows agree with each other."""

from sqlalchemy import Connection

from storage.verify_findings import FIRST, Finding, FindingCode, Findings, Show, some
from storage.verify_findings import CheckProgress as Progress

CATALOG = "catalog.sqlite"

# Each selects the ids of the rows that break it, from the table that it names.
LAWS = {
    ("files", "a file has one outcome"): """
        SELECT id FROM files WHERE (instance_id IS NULL) = (skip_code IS NULL)""",
    ("files", "the instance of a file lives and has its bytes"): """
        SELECT files.id FROM files JOIN instances ON instances.id = instance_id
        WHERE tombstone IS NOT NULL OR files.sha256 <> instances.sha256""",
    ("instances", "a living instance has a file"): """
        SELECT id FROM instances WHERE tombstone IS NULL
        AND NOT EXISTS (SELECT 1 FROM files WHERE instance_id = instances.id)""",
    ("instances", "a content lives once"): """
        SELECT min(id) AS id FROM instances WHERE tombstone IS NULL
        GROUP BY sha256 HAVING count(*) > 1""",
    ("pictures", "a picture ends with its instance"): """
        SELECT pictures.id FROM pictures JOIN instances ON instances.id = instance_id
        WHERE pictures.tombstone IS NOT instances.tombstone""",
    ("instances", "what is embedded has pictures, and nothing else has"): """
        SELECT id FROM instances WHERE tombstone IS NULL AND (state = 'embedded') <> EXISTS (
            SELECT 1 FROM pictures WHERE instance_id = instances.id AND tombstone IS NULL)""",
    ("instances", "what is catalogued has a code"): """
        SELECT id FROM instances WHERE (state = 'catalogued') <> (code IS NOT NULL)""",
    ("instances", "what has ended says where it lay"): """
        SELECT id FROM instances WHERE (tombstone IS NULL) <> (last_path IS NULL)""",
    ("pictures", "equal pixels are one group"): """
        SELECT min(id) AS id FROM pictures WHERE tombstone IS NULL AND pixel_sha256 IS NOT NULL
        GROUP BY pixel_sha256 HAVING count(DISTINCT group_id) > 1""",
    ("pictures", "a group has equal pixels"): """
        SELECT min(id) AS id FROM pictures WHERE tombstone IS NULL
        GROUP BY group_id HAVING count(DISTINCT coalesce(pixel_sha256, id)) > 1""",
    ("pictures", "no picture has an id that is still to be given"): """
        SELECT id FROM pictures WHERE id >= (SELECT next_id FROM meta)""",
    ("pictures", "no picture ends later than the collection has come"): """
        SELECT id FROM pictures WHERE tombstone > (SELECT sequence FROM meta)""",
    ("instances", "no instance ends later than the collection has come"): """
        SELECT id FROM instances WHERE tombstone > (SELECT sequence FROM meta)""",
    ("shards", "only the newest shard is open"): """
        SELECT id FROM shards WHERE NOT sealed AND id < (SELECT max(id) FROM shards)""",
    ("pictures", "a picture has a committed slot"): """
        SELECT pictures.id FROM pictures JOIN shards ON shards.id = shard_id
        WHERE slot NOT BETWEEN 0 AND "rows" - 1""",
    ("instances", "an instance has its description"): """
        SELECT instances.id FROM instances
        LEFT JOIN descriptions AS told ON told.id = description_id
        WHERE (instances.modality, instances.body_part, instances.laterality, instances."view",
               instances.study_description, instances.series_description, instances.protocol)
        IS NOT (told.modality, told.body_part, told.laterality, told."view",
                told.study_description, told.series_description, told.protocol)""",
    ("descriptions", "a description can be found by its words"): """
        SELECT id FROM descriptions WHERE id NOT IN (SELECT id FROM description_words_docsize)""",
    ("reports", "a report can be found by its words"): """
        SELECT id FROM reports WHERE id NOT IN (SELECT id FROM report_words_docsize)""",
    ("pictures", "a slot has one picture"): """
        SELECT min(id) AS id FROM pictures GROUP BY shard_id, slot HAVING count(*) > 1""",
    ("label_blocks", "a block has a probability of each label for each of its pictures"): """
        SELECT label_blocks.id FROM label_blocks JOIN label_sets ON label_sets.id = set_id
        WHERE length(probabilities) * 4 <> length(ids) * json_array_length(labels)""",
    ("label_blocks", "no block is later than the collection has come"): """
        SELECT id FROM label_blocks WHERE id > (SELECT sequence FROM meta)""",
    ("machine_texts", "a machine text can be found by its words"): """
        SELECT id FROM machine_texts WHERE id NOT IN (SELECT id FROM machine_words_docsize)""",
    ("machine_blocks", "a block has a text for each of its pictures"): """
        SELECT id FROM machine_blocks WHERE length(texts) <> length(ids)""",
    ("machine_blocks", "no machine texts are later than the collection has come"): """
        SELECT id FROM machine_blocks WHERE id > (SELECT sequence FROM meta)""",
    ("machine_blocks", "machine texts have a captioner"): """
        SELECT id FROM machine_blocks WHERE NOT EXISTS (SELECT 1 FROM captioner)""",
}
_DANGLING = 'SELECT "table", count(*) FROM pragma_foreign_key_check GROUP BY 1 ORDER BY 1'
MOST_PROBLEMS = 100


def check_file(connection: Connection, quick: bool) -> Findings:
    """Ask SQLite whether the file is whole; a quick check leaves out comparing the indexes."""
    pragma = "quick_check" if quick else "integrity_check"
    rows = connection.exec_driver_sql(f"PRAGMA {pragma}({MOST_PROBLEMS})").scalars().all()
    problems = [row for row in rows if row != "ok"]
    if problems:
        yield Finding(
            FindingCode.CATALOG_DAMAGED,
            "SQLite finds the catalog damaged, so nothing else was checked. "
            "Restore the collection from a backup.",
            len(problems),
            CATALOG,
        )


def check_laws(connection: Connection, show: Show) -> Findings:
    """Find rows that contradict each other."""
    for done, ((table, law), sql) in enumerate(LAWS.items()):
        show(Progress("catalog", done, len(LAWS)))
        if broken := breaking(connection, sql):
            yield _inconsistent(f"not every row keeps the law that {law}", table, *broken)
    for table, count in connection.exec_driver_sql(_DANGLING):
        yield _inconsistent("rows refer to rows that are not there", table, count, [])


def breaking(connection: Connection, sql: str) -> tuple[int, list[int]] | None:
    """How many rows break a law, and the first of their ids; None when none does."""
    first = list(connection.exec_driver_sql(f"{sql} LIMIT {FIRST + 1}").scalars())
    if not first:
        return None
    count = connection.exec_driver_sql(f"SELECT count(*) FROM ({sql})").scalar_one()  # noqa: S608
    return count, first


def _inconsistent(what: str, table: str, count: int, first: list[int]) -> Finding:
    return Finding(
        FindingCode.CATALOG_INCONSISTENT,
        f"In the table {table} {what}. Please report it, and restore the collection from a backup.",
        count,
        " ".join(filter(None, (CATALOG, table, some(first)))),
    )
