"""Papers of permits: what was printed, fixed by its digest."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "permit_paper",
        sa.Column("permit_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", JsonDocument, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("permit_id", "version", name="pk__permit_paper"),
    )
    op.create_index("ix__permit_paper__code", "permit_paper", ["code"], unique=True)


def downgrade() -> None:
    op.drop_table("permit_paper")
