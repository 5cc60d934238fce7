"""Joint checks with the part of each agency; lines of a plan that are to be visited jointly."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "joint_check",
        sa.Column("id", Id, nullable=False),
        sa.Column("task_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("begun_by", sa.Text(), nullable=False),
        sa.Column("begun_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__joint_check"),
    )
    op.create_index("ix__joint_check__task_id", "joint_check", ["task_id"], unique=True)
    op.create_table(
        "joint_part",
        sa.Column("joint_id", Id, nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("is_lead", sa.Boolean(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", UtcDateTime),
        sa.PrimaryKeyConstraint("joint_id", "agency", name="pk__joint_part"),
    )
    op.add_column("plan_line", sa.Column("is_joint", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("plan_line", "is_joint")
    op.drop_table("joint_part")
    op.drop_table("joint_check")
