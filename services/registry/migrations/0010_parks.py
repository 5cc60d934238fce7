"""Parks and shared buildings, and what an enterprise is as a tenant of one."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "park",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("operator_id", Id),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("division", sa.Text(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("location_precision", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__park"),
        sa.UniqueConstraint("division", "name", name="uq__park__name"),
    )
    op.add_column("enterprise", sa.Column("park_id", Id))
    op.add_column("enterprise", sa.Column("park_division", sa.Text(), nullable=False, server_default=""))
    op.add_column("enterprise", sa.Column("park_precision", sa.Text(), nullable=False, server_default=""))
    op.add_column("enterprise", sa.Column("own_longitude", sa.Float()))
    op.add_column("enterprise", sa.Column("own_latitude", sa.Float()))
    op.create_index("ix__enterprise__park_id", "enterprise", ["park_id", "id"])


def downgrade() -> None:
    op.drop_index("ix__enterprise__park_id", "enterprise")
    with op.batch_alter_table("enterprise") as enterprise:
        for column in ("park_id", "park_division", "park_precision", "own_longitude", "own_latitude"):
            enterprise.drop_column(column)
    op.drop_table("park")
