"""Where guardians have reported to be, and since when they are away from the work."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("permit_person") as table:
        table.add_column(sa.Column("seen_at", UtcDateTime))
        table.add_column(sa.Column("distance_m", sa.Float()))
        table.add_column(sa.Column("away_since", UtcDateTime))


def downgrade() -> None:
    with op.batch_alter_table("permit_person") as table:
        for name in ("away_since", "distance_m", "seen_at"):
            table.drop_column(name)
