"""The tables of a collection's catalog."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
)

HEAD = "0001"  # the newest revision in migrations/versions

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# One row: what the collection is bound to, and how far it has come.
meta = Table(
    "meta",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("encoder_name", String, nullable=False),
    Column("encoder_version", String, nullable=False),
    Column("encoder_dim", Integer, nullable=False),
    Column("encoder_weights_sha256", String, nullable=False),
    Column("encoder_preprocessing", String, nullable=False),
    Column("encoder_licence", String, nullable=False),
    Column("rendering", String, nullable=False),
    Column("sequence", Integer, nullable=False),  # the number of batches committed
    Column("next_id", Integer, nullable=False),  # ids of pictures are never used twice
    Column("updated_at", Integer, nullable=False),  # seconds since 1970, UTC
    CheckConstraint("id = 1", name="one_row"),
)

# Every file that was ever read. A skip code means that it has no pictures.
files = Table(
    "files",
    metadata,
    Column("id", Integer, primary_key=True),
    # Bytes: a name on Linux need not be valid UTF-8.
    Column("path", LargeBinary, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("modified_ns", BigInteger, nullable=False),
    Column("sha256", String, nullable=False),
    Column("skip_code", String),
    Column("skip_reason", String),
    Index("ix_files_path", "path", unique=True),
)

# One file of the shards folder; `rows` is how much of it is committed.
shards = Table(
    "shards",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("rows", Integer, nullable=False),
)

# One embedding each. `tombstone` is the sequence at which the picture was replaced; a snapshot of
# an earlier sequence still shows it.
pictures = Table(
    "pictures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("file_id", ForeignKey("files.id"), nullable=False),
    Column("frame", Integer, nullable=False),
    Column("shard_id", ForeignKey("shards.id"), nullable=False),
    Column("slot", Integer, nullable=False),
    Column("crc32", BigInteger, nullable=False),  # of the fp16 row's bytes
    Column("tombstone", Integer),
    Column("indexed_at", Integer, nullable=False),  # seconds since 1970, UTC
    Column("modality", String, nullable=False),
    Column("body_part", String, nullable=False),
    Column("laterality", String, nullable=False),
    Column("view", String, nullable=False),
    Column("study_uid", String, nullable=False),
    Column("series_uid", String, nullable=False),
    Column("sop_uid", String, nullable=False),
    Column("sop_class_uid", String, nullable=False),
    Column("transfer_syntax_uid", String, nullable=False),
    Column("study_date", String, nullable=False),
    Column("study_description", String, nullable=False),
    Column("series_description", String, nullable=False),
    Column("protocol", String, nullable=False),
    Column("manufacturer", String, nullable=False),
    Column("model", String, nullable=False),
    Column("institution", String, nullable=False),
    Column("patient_sex", String, nullable=False),
    Column("patient_age", String, nullable=False),
    Column("photometric", String, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("columns", Integer, nullable=False),
    Column("frames", Integer, nullable=False),
    Column("series_number", BigInteger),
    Column("instance_number", BigInteger),
)
Index(
    "ix_pictures_file_id_frame",
    pictures.c.file_id,
    pictures.c.frame,
    unique=True,
    sqlite_where=pictures.c.tombstone.is_(None),
)
Index(
    "ix_pictures_tombstone",
    pictures.c.tombstone,
    sqlite_where=pictures.c.tombstone.is_not(None),
)

# What names the patient, apart from everything else. No row: the file does not say.
identities = Table(
    "identities",
    metadata,
    Column("picture_id", ForeignKey("pictures.id"), primary_key=True),
    Column("patient_id", String, nullable=False),
    Column("patient_name", String, nullable=False),
    Column("patient_birth_date", String, nullable=False),
    Column("accession_number", String, nullable=False),
)

# Alembic's own table, which it makes itself when it runs; a fresh catalog gets it without Alembic.
alembic_version = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
