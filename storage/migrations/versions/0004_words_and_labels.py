"""Reports, descriptions and their words can be searched; labels can be kept; names are found.

The words of the descriptions are not filled in here: the program does that after each upgrade.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

DESCRIPTIONS = """
INSERT INTO descriptions (
    modality, body_part, laterality, "view", study_description, series_description, protocol)
SELECT modality, body_part, laterality, "view", study_description, series_description, protocol
FROM instances GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY min(id)
"""
LINK = """
UPDATE instances SET description_id = (
    SELECT known.id FROM descriptions AS known
    WHERE known.modality = instances.modality
      AND known.body_part = instances.body_part
      AND known.laterality = instances.laterality
      AND known."view" = instances."view"
      AND known.study_description = instances.study_description
      AND known.series_description = instances.series_description
      AND known.protocol = instances.protocol)
"""
# Alembic would copy the whole table to add a column that refers to another one.
REFERENCE = "ALTER TABLE instances ADD COLUMN description_id INTEGER REFERENCES descriptions (id)"
DESCRIPTION_WORDS = """
CREATE VIRTUAL TABLE description_words USING fts5(
    words, content='', tokenize="porter unicode61 remove_diacritics 2")
"""
REPORT_WORDS = """
CREATE VIRTUAL TABLE report_words USING fts5(
    affirmed, denied, content='', tokenize="porter unicode61 remove_diacritics 2")
"""


def upgrade() -> None:
    """Make the new tables, and describe the instances that are there."""
    _create_descriptions()
    _create_reports()
    _create_labels()
    op.create_index("ix_identities_patient_id", "identities", ["patient_id"])
    op.create_index("ix_identities_accession_number", "identities", ["accession_number"])
    for statement in (REFERENCE, DESCRIPTIONS, LINK, DESCRIPTION_WORDS, REPORT_WORDS):
        op.execute(sa.text(statement))


def _create_descriptions() -> None:
    op.create_table(
        "descriptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("modality", sa.String(), nullable=False),
        sa.Column("body_part", sa.String(), nullable=False),
        sa.Column("laterality", sa.String(), nullable=False),
        sa.Column("view", sa.String(), nullable=False),
        sa.Column("study_description", sa.String(), nullable=False),
        sa.Column("series_description", sa.String(), nullable=False),
        sa.Column("protocol", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_descriptions"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_descriptions_words",
        "descriptions",
        [
            "modality",
            "body_part",
            "laterality",
            "view",
            "study_description",
            "series_description",
            "protocol",
        ],
        unique=True,
    )


def _create_reports() -> None:
    op.create_table(
        "reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.Integer()),
        sa.Column("study_uid", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name="fk_reports_instance_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reports"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reports_instance_id", "reports", ["instance_id"], unique=True)
    op.create_index("ix_reports_study_uid", "reports", ["study_uid"])
    op.create_index(
        "ix_reports_given",
        "reports",
        ["study_uid"],
        unique=True,
        sqlite_where=sa.text("instance_id IS NULL"),
    )


def _create_labels() -> None:
    op.create_table(
        "label_sets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("multilabel", sa.Boolean(), nullable=False),
        sa.Column("labels", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_label_sets"),
    )
    op.create_index("ix_label_sets_name", "label_sets", ["name"], unique=True)
    op.create_table(
        "label_blocks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("ids", sa.LargeBinary(), nullable=False),
        sa.Column("probabilities", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["set_id"], ["label_sets.id"], name="fk_label_blocks_set_id"),
        sa.PrimaryKeyConstraint("id", name="pk_label_blocks"),
    )
    op.create_index("ix_label_blocks_set_id", "label_blocks", ["set_id"])
