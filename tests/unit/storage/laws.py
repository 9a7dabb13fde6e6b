"""What must hold for a catalog after any batch, asked of SQLite without this program's engine."""

import sqlite3
from contextlib import closing
from pathlib import Path

from storage.layout import layout_of
from storage.verify_catalog import LAWS

WHOLE = {
    "names belong to an instance": "PRAGMA foreign_key_check",
    "SQLite finds the file whole": """
        SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'""",
}


def breaches(home: Path) -> dict[str, object]:
    """The laws that a collection breaks, each with a row that does."""
    laws = {law: sql for (_, law), sql in LAWS.items()} | WHOLE
    with closing(sqlite3.connect(layout_of(home, "main").catalog)) as connection:
        found = {law: connection.execute(sql).fetchone() for law, sql in laws.items()}
    return {law: row for law, row in found.items() if row is not None}
