"""Versions of the policy and what changes with each."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "policy_version",
        sa.Column("id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("based_on", Id),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("simulated_revision", sa.Integer()),
        sa.Column("job_id", Id),
        sa.Column("activated_by", sa.Text()),
        sa.Column("activated_at", UtcDateTime),
        sa.Column("effective_from", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk__policy_version"),
        sa.UniqueConstraint("number", name="uq__policy_version__number"),
    )
    op.create_table(
        "policy_shift",
        sa.Column("policy_id", Id, nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("subdistrict", sa.Text(), nullable=False),
        sa.Column("before", sa.SmallInteger(), nullable=False),
        sa.Column("after", sa.SmallInteger(), nullable=False),
        sa.Column("enterprises", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("policy_id", "phase", "subdistrict", "before", "after", name="pk__policy_shift"),
    )


def downgrade() -> None:
    for table in ("policy_shift", "policy_version"):
        op.drop_table(table)
