"""Absences; licence numbers, and whether the licence has expired."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("account") as account:
        account.add_column(sa.Column("sealed_licence_number", sa.Text()))
        account.add_column(sa.Column("is_licence_expired", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("account") as account:
        account.alter_column("is_licence_expired", server_default=None)
    op.create_table(
        "absence",
        sa.Column("id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("starts_at", UtcDateTime, nullable=False),
        sa.Column("ends_at", UtcDateTime, nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__absence"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk__absence__account_id"),
    )
    op.create_index("ix__absence__account_id", "absence", ["account_id"])


def downgrade() -> None:
    op.drop_table("absence")
    with op.batch_alter_table("account") as account:
        account.drop_column("is_licence_expired")
        account.drop_column("sealed_licence_number")
