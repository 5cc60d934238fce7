"""The first timers of the audit trail: linking and sealing begin as soon as a worker runs."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from shared.database.columns import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

timer = sa.table("timer", sa.column("kind", sa.Text), sa.column("entity", sa.Text), sa.column("due_at", UtcDateTime))


def upgrade() -> None:
    start = datetime(2000, 1, 1, tzinfo=UTC)
    op.bulk_insert(
        timer,
        [{"kind": kind, "entity": "trail", "due_at": start} for kind in ("audit_link", "audit_seal")],
    )


def downgrade() -> None:
    op.execute(timer.delete().where(timer.c.entity == "trail"))
