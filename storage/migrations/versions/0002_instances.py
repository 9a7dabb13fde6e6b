"""What a file says moves from its pictures to its content: one instance, many files.

Pictures of a file that was replaced, and of a second file with the same bytes, are left out. Files
that were skipped because they have no pixels are forgotten: they are read, and catalogued, anew.
"""

import re
import unicodedata
from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# Of all files with the same bytes the first one that has pictures.
FIRST_FILES = """
CREATE TEMP TABLE first_files AS
SELECT min(id) AS id, sha256 FROM files
WHERE skip_code IS NULL
  AND EXISTS (SELECT 1 FROM pictures WHERE file_id = files.id AND tombstone IS NULL)
GROUP BY sha256
"""
INSTANCES = """
INSERT INTO instances (
    id, sha256, state, modality, body_part, laterality, "view", study_uid, series_uid, sop_uid,
    frame_of_reference_uid, derived_uids, sop_class_uid, transfer_syntax_uid, study_date,
    study_time, acquisition_date_time, study_description, series_description, protocol, image_type,
    manufacturer, model, institution, contrast, patient_sex, patient_age, series_number,
    instance_number, "rows", "columns", frames, photometric, windows, lossy, burned_in,
    deidentified, orientation, position)
SELECT
    first_files.id, sha256, 'embedded', modality, body_part, laterality, "view", study_uid,
    series_uid, sop_uid, '', '', sop_class_uid, transfer_syntax_uid, study_date, '',
    '', study_description, series_description, protocol, '', manufacturer, model, institution, '',
    patient_sex, patient_age, series_number, instance_number, "rows", "columns", frames,
    photometric, '', '', '', '', '', ''
FROM first_files JOIN pictures ON pictures.id = (
    SELECT min(id) FROM pictures WHERE file_id = first_files.id AND tombstone IS NULL)
"""
FILES = """
INSERT INTO new_files
SELECT files.id, path, x'', size, modified_ns, files.sha256, first_files.id, skip_code, skip_reason
FROM files LEFT JOIN first_files ON skip_code IS NULL AND first_files.sha256 = files.sha256
WHERE coalesce(skip_code, '') <> 'no-pixels' AND (skip_code IS NULL) = (first_files.id NOT NULL)
"""
PICTURES = """
INSERT INTO new_pictures
SELECT pictures.id, file_id, frame, shard_id, slot, crc32, NULL, indexed_at, NULL, pictures.id, '',
       '', NULL
FROM pictures JOIN first_files ON first_files.id = file_id WHERE tombstone IS NULL
"""
META = """
INSERT INTO new_meta
SELECT id, encoder_name, encoder_version, encoder_dim, encoder_weights_sha256,
       encoder_preprocessing, encoder_licence, rendering, 0, sequence + 1, next_id, updated_at
FROM meta
"""
NAMES = """
SELECT file_id, patient_id, patient_name, patient_birth_date, accession_number
FROM first_files JOIN pictures ON pictures.id = (
    SELECT min(id) FROM pictures WHERE file_id = first_files.id AND tombstone IS NULL)
JOIN identities ON picture_id = pictures.id
"""
NAME = sa.text(
    "INSERT INTO new_identities VALUES (:id, :patient_id, '', :alphabetic, :ideographic, "
    ":phonetic, :birth_date, :birth_day, :accession_number, :key)"
)


def upgrade() -> None:
    """Make the new tables, fill them from the old ones, and put them in their place."""
    _create_instances()
    _create_tables()
    for statement in (FIRST_FILES, INSTANCES, FILES, PICTURES, META):
        op.execute(sa.text(statement))
    _parse_days()
    _move_names()
    for table in ("identities", "pictures", "files", "meta"):
        op.drop_table(table)
        op.rename_table(f"new_{table}", table)
    op.execute(sa.text("DROP TABLE first_files"))
    _create_indexes()


def _parse_days() -> None:
    driver: Any = op.get_bind().connection.driver_connection
    driver.create_function("day_of", 1, _day, deterministic=True)
    op.execute(sa.text("UPDATE instances SET study_day = day_of(study_date)"))


def _move_names() -> None:
    connection = op.get_bind()
    rows = connection.execute(sa.text(NAMES)).all()
    if rows:
        connection.execute(NAME, [_name(*row) for row in rows])


def _name(
    instance_id: int, patient_id: str, name: str, birth_date: str, accession_number: str
) -> dict[str, object]:
    """A row of the new table; `=` parts the groups of a name (DICOM PS3.5 section 6.2.1)."""
    groups = [*name.split("=", 2), "", ""][:3]
    return {
        "id": instance_id,
        "patient_id": patient_id,
        "alphabetic": groups[0],
        "ideographic": groups[1],
        "phonetic": groups[2],
        "birth_date": birth_date,
        "birth_day": _day(birth_date),
        "accession_number": accession_number,
        "key": _folded(" ".join(groups)),
    }


def _day(text: str) -> str | None:
    """ISO 8601 of a day (VR DA, DICOM PS3.5 section 6.2), or None where it is none."""
    try:
        return date.fromisoformat(text).isoformat() if re.fullmatch("[0-9]{8}", text) else None
    except ValueError:
        return None


def _folded(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name.replace("^", " ")).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def _create_instances() -> None:
    op.create_table(
        "instances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("code", sa.String()),
        sa.Column("reason", sa.String()),
        sa.Column("tombstone", sa.Integer()),
        sa.Column("last_path", sa.LargeBinary()),
        sa.Column("last_member", sa.LargeBinary()),
        sa.Column("modality", sa.String(), nullable=False),
        sa.Column("body_part", sa.String(), nullable=False),
        sa.Column("laterality", sa.String(), nullable=False),
        sa.Column("view", sa.String(), nullable=False),
        sa.Column("study_uid", sa.String(), nullable=False),
        sa.Column("series_uid", sa.String(), nullable=False),
        sa.Column("sop_uid", sa.String(), nullable=False),
        sa.Column("frame_of_reference_uid", sa.String(), nullable=False),
        sa.Column("derived_uids", sa.String(), nullable=False),
        sa.Column("sop_class_uid", sa.String(), nullable=False),
        sa.Column("transfer_syntax_uid", sa.String(), nullable=False),
        sa.Column("study_date", sa.String(), nullable=False),
        sa.Column("study_day", sa.String()),
        sa.Column("study_time", sa.String(), nullable=False),
        sa.Column("acquisition_date_time", sa.String(), nullable=False),
        sa.Column("acquired_at", sa.String()),
        sa.Column("study_description", sa.String(), nullable=False),
        sa.Column("series_description", sa.String(), nullable=False),
        sa.Column("protocol", sa.String(), nullable=False),
        sa.Column("image_type", sa.String(), nullable=False),
        sa.Column("manufacturer", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("institution", sa.String(), nullable=False),
        sa.Column("field_strength", sa.Float()),
        sa.Column("kvp", sa.Float()),
        sa.Column("contrast", sa.String(), nullable=False),
        sa.Column("patient_sex", sa.String(), nullable=False),
        sa.Column("patient_age", sa.String(), nullable=False),
        sa.Column("age_days", sa.BigInteger()),
        sa.Column("series_number", sa.BigInteger()),
        sa.Column("instance_number", sa.BigInteger()),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("columns", sa.BigInteger(), nullable=False),
        sa.Column("frames", sa.BigInteger(), nullable=False),
        sa.Column("photometric", sa.String(), nullable=False),
        sa.Column("bits_stored", sa.BigInteger()),
        sa.Column("slice_thickness", sa.Float()),
        sa.Column("row_spacing", sa.Float()),
        sa.Column("column_spacing", sa.Float()),
        sa.Column("windows", sa.String(), nullable=False),
        sa.Column("lossy", sa.String(), nullable=False),
        sa.Column("burned_in", sa.String(), nullable=False),
        sa.Column("deidentified", sa.String(), nullable=False),
        sa.Column("orientation", sa.String(), nullable=False),
        sa.Column("position", sa.String(), nullable=False),
        sa.Column("along", sa.Float()),
        sa.PrimaryKeyConstraint("id", name="pk_instances"),
    )


def _create_tables() -> None:
    op.create_table(
        "new_meta",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("encoder_name", sa.String(), nullable=False),
        sa.Column("encoder_version", sa.String(), nullable=False),
        sa.Column("encoder_dim", sa.Integer(), nullable=False),
        sa.Column("encoder_weights_sha256", sa.String(), nullable=False),
        sa.Column("encoder_preprocessing", sa.String(), nullable=False),
        sa.Column("encoder_licence", sa.String(), nullable=False),
        sa.Column("rendering", sa.String(), nullable=False),
        sa.Column("slices_per_series", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("next_id", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_meta_one_row"),
        sa.PrimaryKeyConstraint("id", name="pk_meta"),
    )
    op.create_table(
        "new_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("member", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("modified_ns", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("instance_id", sa.Integer()),
        sa.Column("skip_code", sa.String()),
        sa.Column("skip_reason", sa.String()),
        sa.CheckConstraint(
            "(instance_id IS NULL) <> (skip_code IS NULL)", name="ck_files_one_outcome"
        ),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name="fk_files_instance_id"),
        sa.PrimaryKeyConstraint("id", name="pk_files"),
    )
    op.create_table(
        "new_pictures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("frame", sa.Integer(), nullable=False),
        sa.Column("shard_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("crc32", sa.BigInteger(), nullable=False),
        sa.Column("tombstone", sa.Integer()),
        sa.Column("indexed_at", sa.Integer(), nullable=False),
        sa.Column("pixel_sha256", sa.LargeBinary()),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("orientation", sa.String(), nullable=False),
        sa.Column("position", sa.String(), nullable=False),
        sa.Column("along", sa.Float()),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name="fk_pictures_instance_id"),
        sa.ForeignKeyConstraint(["shard_id"], ["shards.id"], name="fk_pictures_shard_id"),
        sa.PrimaryKeyConstraint("id", name="pk_pictures"),
    )
    op.create_table(
        "new_identities",
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("name_alphabetic", sa.String(), nullable=False),
        sa.Column("name_ideographic", sa.String(), nullable=False),
        sa.Column("name_phonetic", sa.String(), nullable=False),
        sa.Column("birth_date", sa.String(), nullable=False),
        sa.Column("birth_day", sa.String()),
        sa.Column("accession_number", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["instances.id"], name="fk_identities_instance_id"
        ),
        sa.PrimaryKeyConstraint("instance_id", name="pk_identities"),
    )


def _create_indexes() -> None:
    living = sa.text("tombstone IS NULL")
    op.create_index(
        "ix_instances_sha256", "instances", ["sha256"], unique=True, sqlite_where=living
    )
    op.create_index("ix_instances_sop_uid", "instances", ["sop_uid"], sqlite_where=living)
    op.create_index("ix_instances_series_uid", "instances", ["series_uid"], sqlite_where=living)
    op.create_index("ix_instances_study_uid", "instances", ["study_uid"], sqlite_where=living)
    op.create_index("ix_instances_state_code", "instances", ["state", "code"], sqlite_where=living)
    op.create_index("ix_files_path_member", "files", ["path", "member"], unique=True)
    op.create_index("ix_files_instance_id", "files", ["instance_id"])
    op.create_index(
        "ix_files_skip_code", "files", ["skip_code"], sqlite_where=sa.text("skip_code IS NOT NULL")
    )
    op.create_index(
        "ix_pictures_instance_id_frame", "pictures", ["instance_id", "frame"], unique=True
    )
    op.create_index("ix_pictures_pixel_sha256", "pictures", ["pixel_sha256"], sqlite_where=living)
    op.create_index(
        "ix_pictures_tombstone",
        "pictures",
        ["tombstone"],
        sqlite_where=sa.text("tombstone IS NOT NULL"),
    )
