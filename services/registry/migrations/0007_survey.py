"""The baseline survey: its rows, and where each enterprise stands in its list."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "survey",
        sa.Column("id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("surveyed_at", UtcDateTime, nullable=False),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("longitude", sa.Float()),
        sa.Column("latitude", sa.Float()),
        sa.Column("accuracy", sa.Float()),
        sa.Column("headcount", sa.Integer()),
        sa.Column("answers", JsonDocument, nullable=False),
        sa.Column("facts", JsonDocument, nullable=False),
        sa.Column("moved_to", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("photo_id", Id),
        sa.PrimaryKeyConstraint("id", name="pk__survey"),
    )
    op.create_index("ix__survey__enterprise_id", "survey", ["enterprise_id", "surveyed_at"])
    op.add_column("enterprise", sa.Column("survey_rank", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("enterprise", sa.Column("survey_outcome", sa.Text(), nullable=False, server_default=""))
    op.add_column("enterprise", sa.Column("surveyed_at", UtcDateTime))
    op.create_index("ix__enterprise__survey_outcome", "enterprise", ["survey_outcome", "survey_rank", "id"])


def downgrade() -> None:
    op.drop_index("ix__enterprise__survey_outcome", "enterprise")
    with op.batch_alter_table("enterprise") as enterprise:
        for column in ("surveyed_at", "survey_outcome", "survey_rank"):
            enterprise.drop_column(column)
    op.drop_table("survey")
