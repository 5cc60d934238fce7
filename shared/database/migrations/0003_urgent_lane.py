"""Only the urgent lane has an index of its own: the bulk lane, which nearly all rows are of, is read by primary key."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = (("outbox", "id"), ("event_log", "position"))


def upgrade() -> None:
    is_urgent = sa.text("lane = 0")
    for table, key in TABLES:
        op.drop_index(f"ix__{table}__lane__{key}", table)
        op.create_index(f"ix__{table}__urgent", table, [key], postgresql_where=is_urgent, sqlite_where=is_urgent)


def downgrade() -> None:
    for table, key in TABLES:
        op.drop_index(f"ix__{table}__urgent", table)
        op.create_index(f"ix__{table}__lane__{key}", table, ["lane", key])
