"""What a captioner wrote about pictures can be kept and searched, apart from reports."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

WORDS = """
CREATE VIRTUAL TABLE machine_words USING fts5(
    affirmed, denied, content='', tokenize="porter unicode61 remove_diacritics 2")
"""


def upgrade() -> None:
    """Make the new tables, which are empty."""
    op.create_table(
        "captioner",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("weights_sha256", sa.String(), nullable=False),
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("made_at", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_captioner_one_row"),
        sa.PrimaryKeyConstraint("id", name="pk_captioner"),
    )
    op.create_table(
        "machine_texts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_machine_texts"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_machine_texts_text", "machine_texts", ["text"], unique=True)
    op.create_table(
        "machine_blocks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ids", sa.LargeBinary(), nullable=False),
        sa.Column("texts", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_machine_blocks"),
    )
    op.execute(sa.text(WORDS))
