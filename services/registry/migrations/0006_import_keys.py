"""Rows of imports of every kind are told apart by a key, not by a credit code."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute('ALTER TABLE import_row RENAME COLUMN uscc TO "key"')


def downgrade() -> None:
    op.execute('ALTER TABLE import_row RENAME COLUMN "key" TO uscc')
