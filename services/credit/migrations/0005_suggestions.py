"""Suggested violations, proposals to close a business, and the open major hazards that they need."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "suggestion",
        sa.Column("id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("details", JsonDocument, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("suggested_at", UtcDateTime, nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", UtcDateTime),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("violation_id", Id),
        sa.PrimaryKeyConstraint("id", name="pk__suggestion"),
        sa.UniqueConstraint("kind", "key", name="uq__suggestion__kind_key"),
    )
    op.create_index("ix__suggestion__enterprise_id", "suggestion", ["enterprise_id", "id"])
    op.create_table(
        "closure",
        sa.Column("id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("span", sa.Text(), nullable=False),
        sa.Column("penalty_ids", JsonDocument, nullable=False),
        sa.Column("hazard_ids", JsonDocument, nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk__closure"),
    )
    op.create_index("ix__closure__enterprise_id", "closure", ["enterprise_id", "id"])
    op.create_table(
        "major_hazard",
        sa.Column("hazard_id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("hazard_id", name="pk__major_hazard"),
    )
    op.create_index("ix__major_hazard__enterprise_id", "major_hazard", ["enterprise_id"])


def downgrade() -> None:
    for table in ("major_hazard", "closure", "suggestion"):
        op.drop_table(table)
