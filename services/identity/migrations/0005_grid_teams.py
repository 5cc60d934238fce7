"""The teams of the grids, as the registry tells of them."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_team()


def downgrade() -> None:
    for table in ("grid_team",):
        op.drop_table(table)


def _create_team() -> None:
    op.create_table(
        "grid_team",
        sa.Column("grid_id", Id, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("accounts", JsonDocument, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("grid_id", name="pk__grid_team"),
    )
