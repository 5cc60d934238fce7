"""What credit tells of enterprises: penalties, listings, accidents."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "credit_fact",
        sa.Column("id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("happened_on", sa.Date()),
        sa.Column("ends_on", sa.Date()),
        sa.Column("deaths", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__credit_fact"),
    )
    op.create_index("ix__credit_fact__enterprise_id", "credit_fact", ["enterprise_id", "kind"])


def downgrade() -> None:
    op.drop_table("credit_fact")
