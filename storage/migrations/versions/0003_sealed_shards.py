"""Shards say that they are sealed, and the collection how often its rows were moved.

Until now a shard was open as long as it was the newest one and not full. Files can be found by time
and size, so that one that moved is recognised.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

SHARDS = """
INSERT INTO new_shards
SELECT id, "rows", "rows" >= 262144 OR id < (SELECT max(id) FROM shards) FROM shards
"""
META = """
INSERT INTO new_meta
SELECT id, encoder_name, encoder_version, encoder_dim, encoder_weights_sha256,
       encoder_preprocessing, encoder_licence, rendering, slices_per_series, sequence, 0, next_id,
       updated_at
FROM meta
"""


def upgrade() -> None:
    """Make both tables anew, each with one column more."""
    op.create_table(
        "new_shards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_shards"),
    )
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
        sa.Column("arrangement", sa.Integer(), nullable=False),
        sa.Column("next_id", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_meta_one_row"),
        sa.PrimaryKeyConstraint("id", name="pk_meta"),
    )
    for statement in (SHARDS, META):
        op.execute(sa.text(statement))
    for table in ("shards", "meta"):
        op.drop_table(table)
        op.rename_table(f"new_{table}", table)
    op.create_index("ix_files_modified_ns_size", "files", ["modified_ns", "size"])
