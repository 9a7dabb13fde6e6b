"""No question about a picture, a series or a batch reads a table from end to end."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from core.types import Tags
from storage.batch import Batch
from storage.database import rows_at_once, rows_of
from storage.identifiers import Naming
from storage.layout import layout_of
from storage.reader import CollectionReader
from storage.writer import CollectionWriter
from tests.unit.storage.factories import (
    at,
    embedded,
    hash_of,
    open_writer,
    pending,
    random_rows,
    source,
)

TAGS = Tags(sop_uid="1", series_uid="2", modality="CT")
GROWING = ("files", "instances", "pictures", "identities")

READING: dict[str, Callable[[CollectionReader], object]] = {
    "describe": lambda reader: reader.snapshot().describe([1, 2]),
    "groups": lambda reader: reader._catalog.groups([1, 2]),
    "identity": lambda reader: reader.identity(1),
    "related": lambda reader: reader.related(1),
    "series": lambda reader: reader.series("2"),
    "snapshot": lambda reader: reader.snapshot(),
    **{
        f"by {naming}": lambda reader, naming=naming: reader.snapshot().named([naming], "/2")
        for naming in Naming
        if naming is not Naming.FILE_NAME
    },
}
WRITING: dict[str, Callable[[CollectionWriter], object]] = {
    "held": lambda writer: writer.held([hash_of("a!"), hash_of("b!")]),
    "pending slices": lambda writer: list(writer.pending_slices()),
    "settle": lambda writer: writer.settle([at("b")]),
    "commit": lambda writer: writer.commit(
        Batch([embedded("a", random_rows(1), TAGS, "new")], pending=[pending("c", 1.0, TAGS)])
    ),
    "embed anew": lambda writer: writer.commit(Batch([embedded("a", random_rows(1), TAGS)])),
    "embed what was pending": lambda writer: writer.commit(Batch([embedded("b", random_rows(1))])),
    "keep": lambda writer: writer.commit(
        Batch(copies=[source("copy", "a!")], touched=[source("b")], gone=[at("again")])
    ),
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with open_writer(tmp_path) as writer:
        files = [embedded(name, random_rows(2), TAGS, pixels="p") for name in ("a", "again")]
        writer.commit(Batch(files, pending=[pending("b", 1.0, TAGS)]))
    return tmp_path


@contextmanager
def listening() -> Iterator[list[tuple[str, Any]]]:
    """The statements that run meanwhile, each with parameters."""
    heard: list[tuple[str, Any]] = []

    def hear(_c: object, _k: object, statement: str, values: Any, _x: object, many: bool) -> None:
        heard.append((statement, values[0] if many else values))

    def hear_driver(asked: Callable[..., object]) -> Callable[..., object]:
        def hear_and_ask(of: Connection | Engine, sql: str, *parameters: object) -> object:
            heard.append((sql, parameters))
            return asked(of, sql, *parameters)

        return hear_and_ask

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("storage.catalog.rows_of", hear_driver(rows_of))
            patch.setattr("storage.statements.rows_of", hear_driver(rows_of))
            patch.setattr("storage.catalog.rows_at_once", hear_driver(rows_at_once))
            yield heard
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def scans(home: Path, heard: list[tuple[str, Any]]) -> list[str]:
    """The steps that read a growing table from end to end, as SQLite plans them."""
    with closing(sqlite3.connect(layout_of(home, "main").catalog)) as connection:
        for statement, _ in heard:
            if statement.startswith("CREATE TEMP TABLE"):
                connection.execute(statement)
        steps = [
            row[3]
            for statement, values in heard
            if statement.startswith(("SELECT", "UPDATE", "DELETE", "INSERT", "WITH"))
            for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    return [step for step in steps if step.startswith(tuple(f"SCAN {name}" for name in GROWING))]


@pytest.mark.parametrize("question", READING)
def test_no_answer_to_a_reader_scans(home: Path, question: str) -> None:
    with CollectionReader.open(home, "main") as reader, listening() as heard:
        READING[question](reader)

    assert heard
    assert question != "describe" or any("json_each" in statement for statement, _ in heard)
    assert scans(home, heard) == []


@pytest.mark.parametrize("question", WRITING)
def test_no_step_of_a_batch_scans(home: Path, question: str) -> None:
    with open_writer(home) as writer, listening() as heard:
        WRITING[question](writer)

    written = [pair for pair in heard if "thumbnails" not in pair[0]]
    assert written
    assert scans(home, written) == []


def test_a_scan_would_be_seen(home: Path) -> None:
    with CollectionReader.open(home, "main") as reader, listening() as heard:
        reader.info()

    assert any(step.startswith("SCAN files") for step in scans(home, heard))
