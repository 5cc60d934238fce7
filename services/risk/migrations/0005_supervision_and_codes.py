"""Who watches over levels 1 and 2, their reports, and information codes."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_supervision()
    _create_risk_report()
    _create_information_code()


def downgrade() -> None:
    for table in ("information_code", "risk_report", "supervision"):
        op.drop_table(table)


def _create_supervision() -> None:
    op.create_table(
        "supervision",
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("officer", sa.Text(), nullable=False),
        sa.Column("subdistrict_person", sa.Text(), nullable=False),
        sa.Column("named_by", sa.Text(), nullable=False),
        sa.Column("named_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("enterprise_id", name="pk__supervision"),
    )


def _create_risk_report() -> None:
    op.create_table(
        "risk_report",
        sa.Column("id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("reported_by", sa.Text(), nullable=False),
        sa.Column("reported_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__risk_report"),
    )
    op.create_index("ix__risk_report__enterprise_id", "risk_report", ["enterprise_id"])


def _create_information_code() -> None:
    op.create_table(
        "information_code",
        sa.Column("id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("issued_by", sa.Text(), nullable=False),
        sa.Column("issued_at", UtcDateTime, nullable=False),
        sa.Column("revoked_by", sa.Text()),
        sa.Column("revoked_at", UtcDateTime),
        sa.Column("revoked_reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk__information_code"),
    )
    op.create_index("ix__information_code__enterprise_id", "information_code", ["enterprise_id"])
    op.create_index("ix__information_code__token", "information_code", ["token"], unique=True)
