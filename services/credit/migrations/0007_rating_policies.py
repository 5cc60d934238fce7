"""Each day it is looked which rating policy is in force; merged entries have no grade."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from shared.database.columns import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

timer = sa.table("timer", sa.column("kind", sa.Text), sa.column("entity", sa.Text), sa.column("due_at", UtcDateTime))
AT_ONCE = datetime(2026, 1, 1, tzinfo=UTC)


def upgrade() -> None:
    op.execute("DELETE FROM rating WHERE enterprise_id IN (SELECT merged_id FROM merged_enterprise)")
    op.bulk_insert(timer, [{"kind": "rating_policies", "entity": "", "due_at": AT_ONCE}])


def downgrade() -> None:
    op.execute(timer.delete().where(timer.c.kind == "rating_policies"))
