"""For which agency somebody asked or answered; what is older names only its operator."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("check_receipt", "restriction_step"):
        op.add_column(table, sa.Column("agency_id", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix__check_receipt__agency_id", "check_receipt", ["agency_id", "id"])


def downgrade() -> None:
    op.drop_index("ix__check_receipt__agency_id", "check_receipt")
    for table in ("check_receipt", "restriction_step"):
        op.drop_column(table, "agency_id")
