"""The ledger of places of each enterprise, and doings that need no permit."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "place",
        sa.Column("id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("whereabouts", sa.Text(), nullable=False),
        sa.Column("within_id", Id),
        sa.Column("medium", sa.Text(), nullable=False),
        sa.Column("hazards", JsonDocument, nullable=False),
        sa.Column("risk_place", sa.Text(), nullable=False),
        sa.Column("longitude", sa.Float()),
        sa.Column("latitude", sa.Float()),
        sa.Column("accuracy_m", sa.Float()),
        sa.Column("found_by", sa.Text(), nullable=False),
        sa.Column("radius_m", sa.Float(), nullable=False),
        sa.Column("assessed_on", sa.Date()),
        sa.Column("risk_distance_m", sa.Float()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("removed_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk__place"),
    )
    op.create_index("ix__place__enterprise_id", "place", ["enterprise_id", "id"])
    op.create_table(
        "doing",
        sa.Column("id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("place_id", Id),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("longitude", sa.Float()),
        sa.Column("latitude", sa.Float()),
        sa.Column("accuracy_m", sa.Float()),
        sa.Column("starts_at", UtcDateTime, nullable=False),
        sa.Column("ends_at", UtcDateTime, nullable=False),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__doing"),
    )
    op.create_index("ix__doing__enterprise_id", "doing", ["enterprise_id", "ends_at"])


def downgrade() -> None:
    op.drop_table("doing")
    op.drop_table("place")
