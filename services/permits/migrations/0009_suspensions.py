"""What others tell that work has to stop for: alarms, and who is listed."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarm",
        sa.Column("occurrence_id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("quantity", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("raised_at", UtcDateTime),
        sa.Column("cleared_at", UtcDateTime),
        sa.PrimaryKeyConstraint("occurrence_id", name="pk__alarm"),
    )
    op.create_index("ix__alarm__enterprise_id", "alarm", ["enterprise_id"])
    op.create_table(
        "listing",
        sa.Column("listing_id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("listed_at", UtcDateTime),
        sa.Column("delisted_at", UtcDateTime),
        sa.PrimaryKeyConstraint("listing_id", name="pk__listing"),
    )
    op.create_index("ix__listing__enterprise_id", "listing", ["enterprise_id"])


def downgrade() -> None:
    op.drop_table("listing")
    op.drop_table("alarm")
