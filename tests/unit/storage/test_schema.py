"""The tables that the program makes are those that the migrations make."""

import shutil
from collections.abc import Callable
from dataclasses import fields
from datetime import date, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    BigInteger,
    Engine,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    insert,
    text,
)

from core.errors import CollectionCorrupt, SchemaTooNew, StorageError
from core.types import Identity, Tags
from storage.database import open_for_writing
from storage.migrate import (
    SCRIPTS,
    bring_up_to_date,
    check_readable,
    create_schema,
    revision_of,
    upgrade,
)
from storage.schema import HEAD, WORD_TABLES, files, identities, instances, metadata, pictures

NEXT_REVISION = """
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "0005"


def upgrade():
    with op.batch_alter_table("instances", recreate="always") as batch:
        batch.add_column(sa.Column("is_burned_in", sa.Boolean()))
"""
BROKEN_REVISION = f"""{NEXT_REVISION}
    op.drop_table("nowhere")
"""

MakeCatalog = Callable[[str], Engine]


@pytest.fixture
def make_catalog(tmp_path: Path, request: pytest.FixtureRequest) -> MakeCatalog:
    """Makes empty databases that are closed at the end."""

    def make(name: str) -> Engine:
        engine = open_for_writing(tmp_path / name)
        request.addfinalizer(engine.dispose)
        return engine

    return make


def create(engine: Engine) -> None:
    with engine.begin() as connection:
        create_schema(connection)


def blank(table: Table) -> dict[str, object]:
    """A row without a word."""
    silent = {String: "", LargeBinary: b""}
    return {column.name: silent.get(type(column.type), 0) for column in table.c}


def scripts_with(folder: Path, revision: str) -> Path:
    """The migrations, and one more."""
    scripts = folder / "migrations"
    shutil.copytree(SCRIPTS, scripts)
    (scripts / "versions" / "9999_more.py").write_text(revision)
    return scripts


def structure(engine: Engine) -> set[str]:
    """What SQLite itself says of columns, constraints and indexes."""
    with engine.connect() as connection:
        names = connection.execute(text("SELECT name FROM sqlite_master")).scalars().all()
        pragmas = [f"PRAGMA {p}('{n}')" for n in names for p in ("table_info", "foreign_key_list")]
        pragmas += [f"PRAGMA index_xinfo('{n}')" for n in names]
        rows = {f"{p}: {row}" for p in pragmas for row in connection.execute(text(p))}
        partial = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type='index'"))
        return rows | {f"{name}: {' '.join((sql or '').split())}" for name, sql in partial}


def is_ours(name: str | None, kind: str, _: object) -> bool:
    """Whether SQLAlchemy knows of such a thing; of the word tables only SQLite does."""
    return not (kind == "table" and name and name.startswith(tuple(WORD_TABLES)))


def test_the_constant_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))

    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_migrating_makes_what_the_program_makes(make_catalog: MakeCatalog) -> None:
    created, migrated = make_catalog("created.sqlite"), make_catalog("migrated.sqlite")

    create(created)
    upgrade(migrated, SCRIPTS, HEAD)

    assert structure(migrated) == structure(created)
    assert revision_of(migrated) == revision_of(created) == HEAD
    with migrated.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": is_ours})
        assert compare_metadata(context, metadata) == []


def test_the_card_table_takes_one_row(make_catalog: MakeCatalog) -> None:
    created, migrated = make_catalog("created.sqlite"), make_catalog("migrated.sqlite")
    create(created)
    upgrade(migrated, SCRIPTS, HEAD)
    check = text("SELECT sql LIKE '%CHECK (id = 1)%' FROM sqlite_master WHERE name = 'meta'")

    for engine in (created, migrated):
        with engine.connect() as connection:
            assert connection.execute(check).scalar_one() == 1


KINDS = {
    str: String,
    int: Integer,
    int | None: BigInteger,
    float | None: Float,
    date | None: String,
    datetime | None: String,
}


def test_each_tag_has_a_column_of_its_type() -> None:
    for name, kind in Tags.__annotations__.items():
        column = instances.c[name]
        assert isinstance(column.type, KINDS[kind]), name
        assert column.nullable == (getattr(Tags(), name) is None), name


def test_identity_has_a_table_of_its_own() -> None:
    names = {field.name for field in fields(Identity)}

    assert names < set(identities.c.keys())
    assert not names & {*pictures.c.keys(), *instances.c.keys(), *files.c.keys()}


def test_an_older_catalog_is_backed_up_and_upgraded(
    tmp_path: Path, make_catalog: MakeCatalog
) -> None:
    engine = make_catalog("catalog.sqlite")
    create(engine)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO shards VALUES (0, 12, 0)"))
    scripts = scripts_with(tmp_path, NEXT_REVISION)

    bring_up_to_date(engine, tmp_path / "catalog.sqlite", "main", scripts, "9999")

    backup = make_catalog("catalog-0005.backup.sqlite")
    assert (revision_of(engine), revision_of(backup)) == ("9999", "0005")
    assert any("is_burned_in" in line for line in structure(engine))
    assert not any("is_burned_in" in line for line in structure(backup))
    for database in (engine, backup):
        with database.connect() as connection:
            assert connection.execute(text("SELECT rows FROM shards")).scalar_one() == 12


def test_a_table_is_replaced_under_the_rows_that_refer_to_it(
    tmp_path: Path, make_catalog: MakeCatalog
) -> None:
    engine = make_catalog("catalog.sqlite")
    create(engine)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO shards VALUES (0, 1, 0)"))
        connection.execute(insert(instances), blank(instances) | {"id": 1, "description_id": None})
        connection.execute(insert(pictures), blank(pictures) | {"id": 1, "instance_id": 1})

    upgrade(engine, scripts_with(tmp_path, NEXT_REVISION), "9999")

    with engine.connect() as connection:
        assert connection.execute(text("SELECT instance_id FROM pictures")).all() == [(1,)]
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1


def test_a_migration_that_fails_leaves_the_catalog_as_it_was(
    tmp_path: Path, make_catalog: MakeCatalog
) -> None:
    engine = make_catalog("catalog.sqlite")
    create(engine)
    before = structure(engine)

    with pytest.raises(Exception, match="nowhere"):
        upgrade(engine, scripts_with(tmp_path, BROKEN_REVISION), "9999")

    assert structure(engine) == before
    assert revision_of(engine) == HEAD


def test_a_current_catalog_gets_no_backup(tmp_path: Path, make_catalog: MakeCatalog) -> None:
    engine = make_catalog("catalog.sqlite")
    create(engine)

    bring_up_to_date(engine, tmp_path / "catalog.sqlite", "main")

    assert not list(tmp_path.glob("*.backup.sqlite"))


@pytest.mark.parametrize(
    ("revision", "error", "advice"),
    [("9999", SchemaTooNew, "Update radseek"), ("0001", StorageError, "Index into it once")],
)
def test_reading_refuses_another_schema_and_says_what_to_do(
    make_catalog: MakeCatalog, revision: str, error: type[Exception], advice: str
) -> None:
    engine = make_catalog("catalog.sqlite")
    create(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})

    with pytest.raises(error, match=advice):
        check_readable(engine, "main")

    assert revision_of(engine) == revision


def test_reading_refuses_a_catalog_that_was_never_finished(make_catalog: MakeCatalog) -> None:
    with pytest.raises(CollectionCorrupt, match="never finished"):
        check_readable(make_catalog("catalog.sqlite"), "main")


def test_writing_refuses_a_newer_schema(tmp_path: Path, make_catalog: MakeCatalog) -> None:
    engine = make_catalog("catalog.sqlite")
    create(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(SchemaTooNew, match="Update radseek"):
        bring_up_to_date(engine, tmp_path / "catalog.sqlite", "main")
