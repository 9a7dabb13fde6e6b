"""Bring a catalog to the schema of this program."""

from importlib import import_module
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, inspect, select

from core.errors import CollectionCorrupt, SchemaTooNew, StorageError
from storage.database import copy_database, foreign_keys_unchecked, sorting_on_disk
from storage.schema import HEAD, WORD_TABLES, alembic_version, metadata
from storage.words import catch_up

SCRIPTS = Path(__file__).parent / "migrations"


def revision_of(engine: Engine) -> str | None:
    """The schema revision of a catalog; None when it has no tables."""
    with engine.connect() as connection:
        if not inspect(connection).has_table(alembic_version.name):
            return None
        return str(connection.execute(select(alembic_version.c.version_num)).scalar_one())


def create_schema(connection: Connection) -> None:
    """Make all tables of an empty catalog, and note the revision for Alembic."""
    metadata.create_all(connection)
    for statement in WORD_TABLES.values():
        connection.exec_driver_sql(statement)
    alembic_version.create(connection)
    connection.execute(insert(alembic_version), {"version_num": HEAD})


def check_readable(engine: Engine, collection: str) -> None:
    """Raise unless the catalog has this program's schema; reading never changes it."""
    revision = revision_of(engine)
    _check_not_newer(revision, collection)
    if revision is None:
        raise CollectionCorrupt(
            f"The collection {collection!r} was never finished being created. "
            "Index into it again; that completes it."
        )
    if revision < HEAD:
        raise StorageError(
            f"The collection {collection!r} was written by an older radseek "
            f"(schema {revision}, this one needs {HEAD}). Index into it once; that upgrades it."
        )


def is_current(engine: Engine, collection: str) -> bool:
    """Whether a catalog has this program's schema. Raises SchemaTooNew for a newer one."""
    revision = revision_of(engine)
    _check_not_newer(revision, collection)
    return revision == HEAD


def bring_up_to_date(
    engine: Engine, catalog: Path, collection: str, scripts: Path = SCRIPTS, head: str = HEAD
) -> None:
    """Upgrade an older catalog, after a backup beside it; the caller holds the writer's lock.

    Raises SchemaTooNew for one that a newer radseek wrote.
    """
    revision = revision_of(engine)
    _check_not_newer(revision, collection, head)
    if revision is not None and revision < head:
        copy_database(catalog, catalog.with_name(f"catalog-{revision}.backup.sqlite"))
        upgrade(engine, scripts, head)
        with engine.begin() as connection:
            catch_up(connection)


def upgrade(engine: Engine, scripts: Path, head: str) -> None:
    """Run the migrations up to `head` in one transaction, or leave the catalog as it was."""
    # Alembic takes longer to import than a collection to open, and is seldom needed.
    command = import_module("alembic.command")
    config = import_module("alembic.config").Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    with (
        foreign_keys_unchecked(engine) as connection,
        sorting_on_disk(connection),  # the keys of an index, of all rows
        connection.begin(),
    ):
        config.attributes["connection"] = connection
        command.upgrade(config, head)


def _check_not_newer(revision: str | None, collection: str, head: str = HEAD) -> None:
    if revision is not None and revision > head:
        raise SchemaTooNew(
            f"The collection {collection!r} was written by a newer radseek "
            f"(schema {revision}, this one knows {head}). Update radseek, then open it again."
        )
