"""Who confirmed headcount, industry or place of an enterprise, and when."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import JsonDocument

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("enterprise", sa.Column("confirmations", JsonDocument, nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("enterprise", "confirmations")
