"""Persons as the registry tells them, linked to accounts; from where a session was begun; where a grid lies."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ADDED = {
    "account": ("person_id",),
    "invitation": ("person_id",),
    "refresh_token": ("device", "address"),
    "grid_team": ("division",),
}


def upgrade() -> None:
    for table, columns in ADDED.items():
        with op.batch_alter_table(table) as changed:
            for name in columns:
                changed.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "known_person",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("left_on", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk__known_person"),
    )


def downgrade() -> None:
    op.drop_table("known_person")
    for table, columns in ADDED.items():
        with op.batch_alter_table(table) as changed:
            for name in columns:
                changed.drop_column(name)
