"""Grids with outline and team, what is known of accounts, and why an enterprise lies in its grid."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_grid()
    _create_staff()
    _add_basis()


def downgrade() -> None:
    op.drop_index("ix__enterprise__grid__name", "enterprise")
    with op.batch_alter_table("enterprise") as enterprise:
        enterprise.drop_column("stated_grid")
        enterprise.drop_column("grid_basis")
    for table in ("staff", "grid_member", "grid"):
        op.drop_table(table)


def _create_grid() -> None:
    op.create_table(
        "grid",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("division", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("area", JsonDocument, nullable=False),
        sa.Column("west", sa.Float()),
        sa.Column("south", sa.Float()),
        sa.Column("east", sa.Float()),
        sa.Column("north", sa.Float()),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__grid"),
        sa.UniqueConstraint("code", name="uq__grid__code"),
    )
    op.create_index("ix__grid__division__code", "grid", ["division", "code"])
    op.create_table(
        "grid_member",
        sa.Column("grid_id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("grid_id", "account_id", "kind", name="pk__grid_member"),
    )
    op.create_index("ix__grid_member__account_id", "grid_member", ["account_id"])


def _create_staff() -> None:
    op.create_table(
        "staff",
        sa.Column("account_id", Id, nullable=False),
        sa.Column("username_digest", sa.Text(), nullable=False),
        sa.Column("roles", JsonDocument, nullable=False),
        sa.Column("intermediary_id", sa.Text(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk__staff"),
    )
    op.create_index("ix__staff__username_digest", "staff", ["username_digest"])


def _add_basis() -> None:
    """Grids known so far were named by a file or a person."""
    for name in ("stated_grid", "grid_basis"):
        op.add_column("enterprise", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.execute(
        "UPDATE enterprise SET stated_grid = grid, "
        'grid_basis = CASE WHEN CAST(origins AS TEXT) LIKE \'%"grid": "person"%\' '
        "OR CAST(origins AS TEXT) LIKE '%\"grid\":\"person\"%' THEN 'person' ELSE 'file' END WHERE grid <> ''"
    )
    with op.batch_alter_table("enterprise") as enterprise:
        enterprise.alter_column("stated_grid", server_default=None)
        enterprise.alter_column("grid_basis", server_default=None)
    op.create_index("ix__enterprise__grid__name", "enterprise", ["grid", "name"])
