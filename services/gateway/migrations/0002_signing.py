"""Who signs by PIN on a browser where somebody else is signed in, and until when."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("browser_session") as changed:
        changed.add_column(sa.Column("signer_token", sa.Text()))
        changed.add_column(sa.Column("signer_until", UtcDateTime))


def downgrade() -> None:
    op.drop_column("browser_session", "signer_until")
    op.drop_column("browser_session", "signer_token")
