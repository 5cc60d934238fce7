"""Works under a permit, the marks of daily commitments, and which entries of the register were merged."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
IS_SHOWN = sa.text("is_shown")


def upgrade() -> None:
    op.create_table(
        "live_work",
        sa.Column("permit_id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("level", CODE, nullable=False),
        sa.Column("number", CODE, nullable=False),
        sa.Column("longitude", sa.Float()),
        sa.Column("latitude", sa.Float()),
        sa.Column("accuracy_m", sa.Float()),
        sa.Column("starts_at", UtcDateTime, nullable=False),
        sa.Column("ends_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("permit_id", name="pk__live_work"),
    )
    op.create_index(
        "ix__live_work__is_shown", "live_work", ["enterprise_id"], postgresql_where=IS_SHOWN, sqlite_where=IS_SHOWN
    )
    op.create_index("ix__live_work__updated_at", "live_work", ["updated_at"])
    op.create_table(
        "commitment_mark",
        sa.Column("commitment_id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("is_missed", sa.Boolean(), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("disputed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("commitment_id", name="pk__commitment_mark"),
    )
    op.create_index("ix__commitment_mark__day", "commitment_mark", ["day", "enterprise_id"])
    op.create_table(
        "merged_enterprise",
        sa.Column("merged_id", Id, nullable=False),
        sa.Column("kept_id", Id, nullable=False),
        sa.PrimaryKeyConstraint("merged_id", name="pk__merged_enterprise"),
    )


def downgrade() -> None:
    for table in ("merged_enterprise", "commitment_mark", "live_work"):
        op.drop_table(table)
