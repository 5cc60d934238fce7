"""Attachments: evidence with time, place and author."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", Id, nullable=False),
        sa.Column("owner", Id, nullable=False),
        sa.Column("upload_id", Id, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("taken_at", UtcDateTime, nullable=False),
        sa.Column("longitude", sa.Float()),
        sa.Column("latitude", sa.Float()),
        sa.Column("accuracy", sa.Float()),
        sa.Column("stored_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__attachment"),
    )
    op.create_index("uq__attachment__owner__sha256", "attachment", ["owner", "sha256"], unique=True)
    op.create_index("ix__attachment__sha256", "attachment", ["sha256"])


def downgrade() -> None:
    op.drop_table("attachment")
