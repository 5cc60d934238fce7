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

    _hear_of_grids_again()


def _hear_of_grids_again() -> None:
    """Teams that were told before have no division yet: forget how new they are and that the registry has answered."""
    op.execute("UPDATE grid_team SET sequence = 0")
    if sa.inspect(op.get_bind()).has_table("subscription_state"):
        op.execute(
            "DELETE FROM subscription_state WHERE type IN ('registry.grid_changed.v1', "
            "'registry.person_registered.v1', 'registry.person_left.v1')"
        )


def downgrade() -> None:
    op.drop_table("known_person")
    for table, columns in ADDED.items():
        for name in columns:
            op.drop_column(table, name)  # not in a batch: SQLite would drop a table that others refer to
