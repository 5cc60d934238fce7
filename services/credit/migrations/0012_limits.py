"""What is due: one row for each limit of a record; those of the records that are there are set by the clock at once."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

timer = sa.table("timer", sa.column("kind", sa.Text), sa.column("entity", sa.Text), sa.column("due_at", UtcDateTime))
AT_ONCE = datetime(2026, 1, 1, tzinfo=UTC)
WAITING = {
    "penalty": ("penalty", "state IN ('decided', 'repair_applied', 'repair_accepted')"),
    "case": ("listing_case", "is_open"),
    "exposure": (
        "exposure",
        "state = 'proposed' OR id IN (SELECT exposure_id FROM exposure_objection WHERE replied_at IS NULL)",
    ),
    "closure": ("closure", "state = 'proposed'"),
    "restriction": ("restriction", "state IN ('pushed', 'lift_requested')"),
}


def upgrade() -> None:
    op.create_table(
        "due_limit",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entity_id", Id, nullable=False),
        sa.Column("record_id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("warn_after", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("is_missed", sa.Boolean(), nullable=False),
        sa.Column("is_told", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk__due_limit"),
    )
    is_open = sa.text("is_open")
    op.create_index(
        "ix__due_limit__is_open", "due_limit", ["due_on", "id"], postgresql_where=is_open, sqlite_where=is_open
    )
    op.create_index("ix__due_limit__entity_id", "due_limit", ["entity_id"])
    op.create_index("ix__due_limit__enterprise_id", "due_limit", ["enterprise_id"])
    op.drop_index("ix__listing_case__is_open", "listing_case")
    op.create_index("ix__listing_case__penalty_id", "listing_case", ["penalty_id"])
    op.drop_column("listing_case", "due_step")
    op.drop_column("listing_case", "due_on")
    for topic, (table, condition) in WAITING.items():
        rows = op.get_bind().execute(sa.select(sa.table(table, sa.column("id"))).where(sa.text(condition)))
        due = [{"kind": "limits_of", "entity": f"{topic}:{row.id}", "due_at": AT_ONCE} for row in rows]
        op.bulk_insert(timer, due)


def downgrade() -> None:
    op.execute(timer.delete().where(timer.c.kind.in_(["limits_of", "limit"])))
    op.add_column("listing_case", sa.Column("due_on", sa.Date()))
    op.add_column("listing_case", sa.Column("due_step", sa.Text(), nullable=False, server_default=""))
    op.drop_index("ix__listing_case__penalty_id", "listing_case")
    is_open = sa.text("is_open")
    op.create_index(
        "ix__listing_case__is_open", "listing_case", ["due_on"], postgresql_where=is_open, sqlite_where=is_open
    )
    op.drop_table("due_limit")
