"""Reports that are overdue, and who scanned information codes."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

timer = sa.table("timer", sa.column("kind", sa.Text), sa.column("entity", sa.Text), sa.column("due_at", UtcDateTime))
AT_ONCE = datetime(2026, 1, 1, tzinfo=UTC)


def upgrade() -> None:
    op.create_table(
        "overdue_report",
        sa.Column("id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("noted_at", UtcDateTime, nullable=False),
        sa.Column("settled_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk__overdue_report"),
    )
    op.create_index("ix__overdue_report__enterprise_id", "overdue_report", ["enterprise_id"])
    _create_scans()
    op.bulk_insert(timer, [{"kind": "supervision", "entity": "reports", "due_at": AT_ONCE}])


def downgrade() -> None:
    op.execute(timer.delete().where(timer.c.kind == "supervision"))
    for table in ("code_scan_count", "code_scan", "overdue_report"):
        op.drop_table(table)


def _create_scans() -> None:
    op.create_table(
        "code_scan",
        sa.Column("id", Id, nullable=False),
        sa.Column("code_id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("scanned_by", sa.Text(), nullable=False),
        sa.Column("scanned_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__code_scan"),
    )
    op.create_index("ix__code_scan__enterprise_id", "code_scan", ["enterprise_id", "scanned_at"])
    op.create_table(
        "code_scan_count",
        sa.Column("code_id", Id, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("scans", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code_id", "day", name="pk__code_scan_count"),
    )
