"""Both lanes have their index again: without it looking for bulk rows read every dead row of a busy outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = (("outbox", "id"), ("event_log", "position"))


def upgrade() -> None:
    for table, key in TABLES:
        op.drop_index(f"ix__{table}__urgent", table)
        op.create_index(f"ix__{table}__lane__{key}", table, ["lane", key])


def downgrade() -> None:
    is_urgent = sa.text("lane = 0")
    for table, key in TABLES:
        op.drop_index(f"ix__{table}__lane__{key}", table)
        op.create_index(f"ix__{table}__urgent", table, [key], postgresql_where=is_urgent, sqlite_where=is_urgent)
