"""The scan of a document of an intermediary."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("intermediary_document", sa.Column("attachment_id", Id))


def downgrade() -> None:
    with op.batch_alter_table("intermediary_document") as document:
        document.drop_column("attachment_id")
