"""Tasks that a hazard asked for."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("task", sa.Column("hazard_id", Id))
    op.create_index("ix__task__hazard_id", "task", ["hazard_id"])


def downgrade() -> None:
    op.drop_index("ix__task__hazard_id", "task")
    op.drop_column("task", "hazard_id")
