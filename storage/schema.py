"""The tables of a collection's catalog."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
)

HEAD = "0005"  # the newest revision in migrations/versions

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
    Column("slices_per_series", Integer, nullable=False),  # of each stack; 0: all
    Column("sequence", Integer, nullable=False),  # the number of changes committed
    Column("arrangement", Integer, nullable=False),  # how often compaction moved rows
    Column("next_id", Integer, nullable=False),  # ids of pictures are never used twice
    Column("updated_at", Integer, nullable=False),  # seconds since 1970, UTC
    CheckConstraint("id = 1", name="one_row"),
)

# What is searched by words: each description that instances have, once. Instances keep their own.
DESCRIBED = (
    "modality",
    "body_part",
    "laterality",
    "view",
    "study_description",
    "series_description",
    "protocol",
)
descriptions = Table(
    "descriptions",
    metadata,
    Column("id", Integer, primary_key=True),
    *(Column(name, String, nullable=False) for name in DESCRIBED),
    sqlite_autoincrement=True,  # an id that was given is not given again: see WORD_TABLES
)
Index("ix_descriptions_words", *descriptions.c[1:], unique=True)

# What one content says, however many files have it. `tombstone` is the sequence at which the last
# of its files went or changed, or at which it was embedded anew; `last_path` and `last_member` are
# where it lay then. Until then its files say where it lies.
instances = Table(
    "instances",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", String, nullable=False),
    Column("state", String, nullable=False),  # a FileState, never "skipped"
    Column("code", String),  # a CatalogueCode, of those that are catalogued
    Column("reason", String),
    Column("tombstone", Integer),
    Column("last_path", LargeBinary),
    Column("last_member", LargeBinary),
    Column("modality", String, nullable=False),
    Column("body_part", String, nullable=False),
    Column("laterality", String, nullable=False),
    Column("view", String, nullable=False),
    Column("study_uid", String, nullable=False),
    Column("series_uid", String, nullable=False),
    Column("sop_uid", String, nullable=False),
    Column("frame_of_reference_uid", String, nullable=False),
    Column("derived_uids", String, nullable=False),
    Column("sop_class_uid", String, nullable=False),
    Column("transfer_syntax_uid", String, nullable=False),
    Column("study_date", String, nullable=False),
    Column("study_day", String),  # ISO 8601
    Column("study_time", String, nullable=False),
    Column("acquisition_date_time", String, nullable=False),
    Column("acquired_at", String),  # ISO 8601
    Column("study_description", String, nullable=False),
    Column("series_description", String, nullable=False),
    Column("protocol", String, nullable=False),
    Column("image_type", String, nullable=False),
    Column("manufacturer", String, nullable=False),
    Column("model", String, nullable=False),
    Column("institution", String, nullable=False),
    Column("field_strength", Float),  # tesla
    Column("kvp", Float),  # kV
    Column("contrast", String, nullable=False),
    Column("patient_sex", String, nullable=False),
    Column("patient_age", String, nullable=False),
    Column("age_days", BigInteger),
    Column("series_number", BigInteger),
    Column("instance_number", BigInteger),
    Column("rows", BigInteger, nullable=False),
    Column("columns", BigInteger, nullable=False),
    Column("frames", BigInteger, nullable=False),
    Column("photometric", String, nullable=False),
    Column("bits_stored", BigInteger),
    Column("slice_thickness", Float),  # mm
    Column("row_spacing", Float),  # mm
    Column("column_spacing", Float),  # mm
    Column("windows", String, nullable=False),
    Column("lossy", String, nullable=False),
    Column("burned_in", String, nullable=False),
    Column("deidentified", String, nullable=False),
    Column("orientation", String, nullable=False),  # of a file that is one slice; else empty
    Column("position", String, nullable=False),  # mm
    Column("along", Float),  # mm
    Column("description_id", ForeignKey("descriptions.id")),  # as those of its columns say
)
_LIVING = instances.c.tombstone.is_(None)
Index("ix_instances_sha256", instances.c.sha256, unique=True, sqlite_where=_LIVING)
Index("ix_instances_sop_uid", instances.c.sop_uid, sqlite_where=_LIVING)
Index("ix_instances_series_uid", instances.c.series_uid, sqlite_where=_LIVING)
Index("ix_instances_study_uid", instances.c.study_uid, sqlite_where=_LIVING)
Index(
    "ix_instances_state_code",
    instances.c.state,
    instances.c.code,
    sqlite_where=_LIVING,
)

# Every file that was ever read, also within archives. It has an instance or a skip code.
files = Table(
    "files",
    metadata,
    Column("id", Integer, primary_key=True),
    # Bytes: a name on Linux need not be valid UTF-8, and the name of a member is anybody's.
    Column("path", LargeBinary, nullable=False),
    Column("member", LargeBinary, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("modified_ns", BigInteger, nullable=False),
    Column("sha256", String, nullable=False),
    Column("instance_id", ForeignKey("instances.id")),
    Column("skip_code", String),
    Column("skip_reason", String),
    CheckConstraint("(instance_id IS NULL) <> (skip_code IS NULL)", name="one_outcome"),
)
Index("ix_files_path_member", files.c.path, files.c.member, unique=True)
Index("ix_files_instance_id", files.c.instance_id)
# A file that moved is looked for by what its name does not change.
Index("ix_files_modified_ns_size", files.c.modified_ns, files.c.size)
Index("ix_files_skip_code", files.c.skip_code, sqlite_where=files.c.skip_code.is_not(None))

# One file of the shards folder; `rows` is how much of it is committed. Only the newest one may be
# open, and its number is never given again.
shards = Table(
    "shards",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("rows", Integer, nullable=False),
    Column("sealed", Boolean, nullable=False),  # takes no more rows
)

# One embedding each. `tombstone` is that of the instance; a snapshot of an earlier sequence still
# shows the picture.
pictures = Table(
    "pictures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("instance_id", ForeignKey("instances.id"), nullable=False),
    Column("frame", Integer, nullable=False),
    Column("shard_id", ForeignKey("shards.id"), nullable=False),
    Column("slot", Integer, nullable=False),
    Column("crc32", BigInteger, nullable=False),  # of the fp16 row's bytes
    Column("tombstone", Integer),
    Column("indexed_at", Integer, nullable=False),  # seconds since 1970, UTC
    Column("pixel_sha256", LargeBinary),  # NULL: of a picture that an older radseek embedded
    Column("group_id", Integer, nullable=False),  # of living pictures equal if the pixels are
    Column("orientation", String, nullable=False),  # empty: the file does not say where it lies
    Column("position", String, nullable=False),  # mm
    Column("along", Float),  # mm
)
Index("ix_pictures_instance_id_frame", pictures.c.instance_id, pictures.c.frame, unique=True)
Index(
    "ix_pictures_pixel_sha256",
    pictures.c.pixel_sha256,
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
    Column("instance_id", ForeignKey("instances.id"), primary_key=True),
    Column("patient_id", String, nullable=False),
    Column("issuer", String, nullable=False),
    Column("name_alphabetic", String, nullable=False),
    Column("name_ideographic", String, nullable=False),
    Column("name_phonetic", String, nullable=False),
    Column("birth_date", String, nullable=False),
    Column("birth_day", String),  # ISO 8601
    Column("accession_number", String, nullable=False),
    Column("name_key", String, nullable=False),  # all three names as storage.names folds them
)
Index("ix_identities_patient_id", identities.c.patient_id)
Index("ix_identities_accession_number", identities.c.accession_number)

# The text of a report, which belongs to all pictures of its study. It may hold anything, names too.
# That of a file ends with its instance; one without an instance was given by `radseek reports`.
reports = Table(
    "reports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("instance_id", ForeignKey("instances.id")),
    Column("study_uid", String, nullable=False),
    Column("text", String, nullable=False),
    sqlite_autoincrement=True,  # an id that was given is not given again: see WORD_TABLES
)
_GIVEN = reports.c.instance_id.is_(None)
Index("ix_reports_instance_id", reports.c.instance_id, unique=True)
Index("ix_reports_study_uid", reports.c.study_uid)
Index("ix_reports_given", reports.c.study_uid, unique=True, sqlite_where=_GIVEN)

# What a captioner wrote about pictures, each text once, apart from reports. All of it is of one
# captioner. A picture is in one block at most; the id of a block is the sequence at which it came.
captioner = Table(
    "captioner",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False),
    Column("version", String, nullable=False),
    Column("weights_sha256", String, nullable=False),
    Column("licence", String, nullable=False),
    Column("made_at", Integer, nullable=False),  # seconds since 1970, UTC
    CheckConstraint("id = 1", name="one_row"),
)
machine_texts = Table(
    "machine_texts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("text", String, nullable=False),
    sqlite_autoincrement=True,  # an id that was given is not given again: see WORD_TABLES
)
Index("ix_machine_texts_text", machine_texts.c.text, unique=True)
machine_blocks = Table(
    "machine_blocks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ids", LargeBinary, nullable=False),  # int64 (n,), ascending; n is at most 4096
    Column("texts", LargeBinary, nullable=False),  # int64 (n,): ids of machine_texts
)

# The words of each row of a table, by its id, for SQLite's full-text search (FTS5). They keep no
# text (`content=''`), so that nothing can be taken out: what is gone stays in them, unseen, until a
# compaction makes them anew.
WORD_TABLES = {
    "description_words": """
CREATE VIRTUAL TABLE description_words USING fts5(
    words, content='', tokenize="porter unicode61 remove_diacritics 2")
""",
    "report_words": """
CREATE VIRTUAL TABLE report_words USING fts5(
    affirmed, denied, content='', tokenize="porter unicode61 remove_diacritics 2")
""",
    "machine_words": """
CREATE VIRTUAL TABLE machine_words USING fts5(
    affirmed, denied, content='', tokenize="porter unicode61 remove_diacritics 2")
""",
}

# What zero-shot labels were asked of all pictures, and what came of it.
label_sets = Table(
    "label_sets",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False),
    Column("multilabel", Boolean, nullable=False),
    Column("labels", String, nullable=False),  # JSON: [{"name": ..., "texts": [...]}, ...]
    Column("sequence", Integer, nullable=False),  # of the collection, up to which they are complete
    Column("made_at", Integer, nullable=False),  # seconds since 1970, UTC
)
Index("ix_label_sets_name", label_sets.c.name, unique=True)
label_blocks = Table(
    "label_blocks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("set_id", ForeignKey("label_sets.id"), nullable=False),
    Column("ids", LargeBinary, nullable=False),  # int64 (n,), ascending; n is at most 4096
    Column("probabilities", LargeBinary, nullable=False),  # float16 (n, labels)
)
Index("ix_label_blocks_set_id", label_blocks.c.set_id)

# Alembic's own table, which it makes itself when it runs; a fresh catalog gets it without Alembic.
alembic_version = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
