"""For which purposes a grant holds."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import JsonDocument

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("agency_grant") as table:
        table.add_column(sa.Column("purposes", JsonDocument, nullable=False, server_default="[]"))


def downgrade() -> None:
    with op.batch_alter_table("agency_grant") as table:
        table.drop_column("purposes")
