"""What must hold for a catalog after any batch, asked of SQLite without this program."""

import sqlite3
from contextlib import closing
from pathlib import Path

from storage.layout import layout_of

# Each must find nothing.
BREACHES = {
    "a file has one outcome": """
        SELECT * FROM files WHERE (instance_id IS NULL) = (skip_code IS NULL)""",
    "the instance of a file lives and has its bytes": """
        SELECT * FROM files JOIN instances ON instances.id = instance_id
        WHERE tombstone IS NOT NULL OR files.sha256 <> instances.sha256""",
    "a living instance has a file": """
        SELECT * FROM instances WHERE tombstone IS NULL
        AND NOT EXISTS (SELECT 1 FROM files WHERE instance_id = instances.id)""",
    "a content lives once": """
        SELECT sha256 FROM instances WHERE tombstone IS NULL GROUP BY sha256 HAVING count(*) > 1""",
    "a picture ends with its instance": """
        SELECT * FROM pictures JOIN instances ON instances.id = instance_id
        WHERE pictures.tombstone IS NOT instances.tombstone""",
    "what is embedded has pictures, and nothing else has": """
        SELECT * FROM instances WHERE tombstone IS NULL AND (state = 'embedded') <> EXISTS (
            SELECT 1 FROM pictures WHERE instance_id = instances.id AND tombstone IS NULL)""",
    "what is catalogued has a code": """
        SELECT * FROM instances WHERE (state = 'catalogued') <> (code IS NOT NULL)""",
    "what has ended says where it lay": """
        SELECT * FROM instances WHERE (tombstone IS NULL) <> (last_path IS NULL)""",
    "equal pixels are one group": """
        SELECT pixel_sha256 FROM pictures WHERE tombstone IS NULL AND pixel_sha256 IS NOT NULL
        GROUP BY pixel_sha256 HAVING count(DISTINCT group_id) > 1""",
    "a group has equal pixels": """
        SELECT group_id FROM pictures WHERE tombstone IS NULL
        GROUP BY group_id HAVING count(DISTINCT coalesce(pixel_sha256, id)) > 1""",
    "names belong to an instance": "PRAGMA foreign_key_check",
}


def breaches(home: Path) -> dict[str, object]:
    """The laws that a collection breaks, each with a row that does."""
    with closing(sqlite3.connect(layout_of(home, "main").catalog)) as connection:
        found = {law: connection.execute(sql).fetchone() for law, sql in BREACHES.items()}
        found["SQLite finds the file whole"] = connection.execute(
            "SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'"
        ).fetchone()
    return {law: row for law, row in found.items() if row is not None}
