"""People of enterprises and their certificates."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("posts", JsonDocument, nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("joined_on", sa.Date()),
        sa.Column("left_on", sa.Date()),
        sa.PrimaryKeyConstraint("person_id", name="pk__person"),
    )
    op.create_index("ix__person__enterprise_id", "person", ["enterprise_id", "person_id"])
    op.create_index("ix__person__account_id", "person", ["account_id"])
    op.create_table(
        "fitness",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("unfit_for", JsonDocument, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk__fitness"),
    )
    _create_certificate()
    op.create_table(
        "mandate",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("letter_id", Id),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("given_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__mandate"),
    )
    op.create_index("ix__mandate__person_id", "mandate", ["person_id", "id"])


def downgrade() -> None:
    for table in ("mandate", "certificate", "fitness", "person"):
        op.drop_table(table)


def _create_certificate() -> None:
    op.create_table(
        "certificate",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("sealed_number", sa.Text(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.Column("review_by", sa.Date()),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("queried_at", UtcDateTime),
        sa.Column("photo_id", Id),
        sa.Column("ended_on", sa.Date()),
        sa.Column("ended_why", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__certificate"),
    )
    op.create_index("ix__certificate__person_id", "certificate", ["person_id", "id"])
