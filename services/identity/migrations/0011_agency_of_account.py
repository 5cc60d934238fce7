"""For which agency an account acts; those of clerks from before name none, so that nothing is granted to them."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("agency_id", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix__account__agency_id", "account", ["agency_id"])


def downgrade() -> None:
    op.drop_index("ix__account__agency_id", "account")
    op.drop_column("account", "agency_id")
