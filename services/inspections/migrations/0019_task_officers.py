"""Who goes along with the owner of a task: it is a task of theirs too."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "task_officer",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("task_id", Id, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "task_id", name="pk__task_officer"),
    )


def downgrade() -> None:
    op.drop_table("task_officer")
