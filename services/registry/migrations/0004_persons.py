"""People of enterprises."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_person()


def downgrade() -> None:
    for table in ("person",):
        op.drop_table(table)


def _create_person() -> None:
    op.create_table(
        "person",
        sa.Column("id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("key_index", sa.Text(), nullable=False),
        sa.Column("sealed_name", sa.Text(), nullable=False),
        sa.Column("sealed_phone", sa.Text(), nullable=False),
        sa.Column("sealed_identity", sa.Text(), nullable=False),
        sa.Column("name_index", sa.Text(), nullable=False),
        sa.Column("phone_index", sa.Text(), nullable=False),
        sa.Column("identity_index", sa.Text(), nullable=False),
        sa.Column("posts", JsonDocument, nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("joined_on", sa.Date()),
        sa.Column("left_on", sa.Date()),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__person"),
        sa.UniqueConstraint("enterprise_id", "key_index", name="uq__person__enterprise_id"),
    )
    op.create_index("ix__person__name_index", "person", ["name_index"])
    op.create_index("ix__person__phone_index", "person", ["phone_index"])
    op.create_index("ix__person__identity_index", "person", ["identity_index"])
