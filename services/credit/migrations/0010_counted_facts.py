"""What makes a grade better: attestations, and the standardisation as risk tells; who has a grade is rated anew."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attestation",
        sa.Column("id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", UtcDateTime, nullable=False),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("ended_because", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__attestation"),
    )
    op.create_index("ix__attestation__enterprise_id", "attestation", ["enterprise_id", "id"])
    op.create_table(
        "standardisation",
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("confirmed_on", sa.Date()),
        sa.PrimaryKeyConstraint("enterprise_id", name="pk__standardisation"),
    )
    op.execute("UPDATE rating SET policy = ''")  # the clock of the policies rates whom no policy of today has rated


def downgrade() -> None:
    op.drop_table("standardisation")
    op.drop_table("attestation")
