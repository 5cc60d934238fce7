"""Claims of enterprises, invitations, PINs; the enterprises as the registry tells them."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("account") as account:
        account.add_column(sa.Column("sealed_mobile", sa.Text()))
        account.add_column(sa.Column("pin_hash", sa.Text()))
    op.create_index("ix__account__enterprise_id", "account", ["enterprise_id"])
    op.create_table(
        "known_enterprise",
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("division", sa.Text(), nullable=False),
        sa.Column("grid", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("enterprise_id", name="pk__known_enterprise"),
    )
    op.create_index("ix__known_enterprise__uscc", "known_enterprise", ["uscc"])
    _create_claim()
    op.create_table(
        "invitation",
        sa.Column("id", Id, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("sealed_note", sa.Text(), nullable=False),
        sa.Column("account_id", Id),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("used_at", UtcDateTime),
        sa.Column("revoked_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk__invitation"),
        sa.UniqueConstraint("digest", name="uq__invitation__digest"),
    )
    op.create_index("ix__invitation__enterprise_id", "invitation", ["enterprise_id"])


def downgrade() -> None:
    for table in ("invitation", "claim", "known_enterprise"):
        op.drop_table(table)
    op.drop_index("ix__account__enterprise_id", "account")
    with op.batch_alter_table("account") as account:
        account.drop_column("pin_hash")
        account.drop_column("sealed_mobile")


def _create_claim() -> None:
    op.create_table(
        "claim",
        sa.Column("id", Id, nullable=False),
        sa.Column("receipt_digest", sa.Text(), nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("sealed_name", sa.Text(), nullable=False),
        sa.Column("sealed_mobile", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("photo_id", Id, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("account_id", Id),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", UtcDateTime),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__claim"),
        sa.UniqueConstraint("receipt_digest", name="uq__claim__receipt_digest"),
    )
    op.create_index("ix__claim__enterprise_id__state", "claim", ["enterprise_id", "state"])
