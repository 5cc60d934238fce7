"""Signing in by a provider: whose account it is, and flows under way."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("account") as account:
        account.add_column(sa.Column("oidc_subject", sa.Text()))
        account.create_unique_constraint("uq__account__oidc_subject", ["oidc_subject"])
    op.create_table(
        "oidc_flow",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("state_digest", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("sealed_verifier", sa.Text(), nullable=False),
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk__oidc_flow"),
    )


def downgrade() -> None:
    op.drop_table("oidc_flow")
    with op.batch_alter_table("account") as account:
        account.drop_constraint("uq__account__oidc_subject")
        account.drop_column("oidc_subject")
