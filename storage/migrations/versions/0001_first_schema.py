"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create all tables."""
    op.create_table(
        "files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("modified_ns", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("skip_code", sa.String()),
        sa.Column("skip_reason", sa.String()),
        sa.PrimaryKeyConstraint("id", name="pk_files"),
    )
    op.create_index("ix_files_path", "files", ["path"], unique=True)
    op.create_table(
        "meta",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("encoder_name", sa.String(), nullable=False),
        sa.Column("encoder_version", sa.String(), nullable=False),
        sa.Column("encoder_dim", sa.Integer(), nullable=False),
        sa.Column("encoder_weights_sha256", sa.String(), nullable=False),
        sa.Column("encoder_preprocessing", sa.String(), nullable=False),
        sa.Column("encoder_licence", sa.String(), nullable=False),
        sa.Column("rendering", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("next_id", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_meta_one_row"),
        sa.PrimaryKeyConstraint("id", name="pk_meta"),
    )
    op.create_table(
        "shards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_shards"),
    )
    op.create_table(
        "pictures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("frame", sa.Integer(), nullable=False),
        sa.Column("shard_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("crc32", sa.BigInteger(), nullable=False),
        sa.Column("tombstone", sa.Integer()),
        sa.Column("indexed_at", sa.Integer(), nullable=False),
        sa.Column("modality", sa.String(), nullable=False),
        sa.Column("body_part", sa.String(), nullable=False),
        sa.Column("laterality", sa.String(), nullable=False),
        sa.Column("view", sa.String(), nullable=False),
        sa.Column("study_uid", sa.String(), nullable=False),
        sa.Column("series_uid", sa.String(), nullable=False),
        sa.Column("sop_uid", sa.String(), nullable=False),
        sa.Column("sop_class_uid", sa.String(), nullable=False),
        sa.Column("transfer_syntax_uid", sa.String(), nullable=False),
        sa.Column("study_date", sa.String(), nullable=False),
        sa.Column("study_description", sa.String(), nullable=False),
        sa.Column("series_description", sa.String(), nullable=False),
        sa.Column("protocol", sa.String(), nullable=False),
        sa.Column("manufacturer", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("institution", sa.String(), nullable=False),
        sa.Column("patient_sex", sa.String(), nullable=False),
        sa.Column("patient_age", sa.String(), nullable=False),
        sa.Column("photometric", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("columns", sa.Integer(), nullable=False),
        sa.Column("frames", sa.Integer(), nullable=False),
        sa.Column("series_number", sa.BigInteger()),
        sa.Column("instance_number", sa.BigInteger()),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name="fk_pictures_file_id"),
        sa.ForeignKeyConstraint(["shard_id"], ["shards.id"], name="fk_pictures_shard_id"),
        sa.PrimaryKeyConstraint("id", name="pk_pictures"),
    )
    op.create_index(
        "ix_pictures_file_id_frame",
        "pictures",
        ["file_id", "frame"],
        unique=True,
        sqlite_where=sa.text("tombstone IS NULL"),
    )
    op.create_index(
        "ix_pictures_tombstone",
        "pictures",
        ["tombstone"],
        sqlite_where=sa.text("tombstone IS NOT NULL"),
    )
    op.create_table(
        "identities",
        sa.Column("picture_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.String(), nullable=False),
        sa.Column("patient_name", sa.String(), nullable=False),
        sa.Column("patient_birth_date", sa.String(), nullable=False),
        sa.Column("accession_number", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["picture_id"], ["pictures.id"], name="fk_identities_picture_id"),
        sa.PrimaryKeyConstraint("picture_id", name="pk_identities"),
    )
