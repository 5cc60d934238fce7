"""Intermediaries with documents and staff, and their contracts."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_intermediary()
    _create_document_and_staff()
    _create_contract()


def downgrade() -> None:
    for table in ("service_contract", "intermediary_staff", "intermediary_document", "intermediary"):
        op.drop_table(table)


def _create_intermediary() -> None:
    op.create_table(
        "intermediary",
        sa.Column("id", Id, nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("premises", sa.Integer()),
        sa.Column("services", JsonDocument, nullable=False),
        sa.Column("contact_name", sa.Text(), nullable=False),
        sa.Column("contact_phone", sa.Text(), nullable=False),
        sa.Column("is_stopped", sa.Boolean(), nullable=False),
        sa.Column("stop_reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reason_document", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__intermediary"),
        sa.UniqueConstraint("uscc", name="uq__intermediary__uscc"),
    )
    op.create_index("ix__intermediary__name__id", "intermediary", ["name", "id"])


def _create_document_and_staff() -> None:
    op.create_table(
        "intermediary_document",
        sa.Column("id", Id, nullable=False),
        sa.Column("intermediary_id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_until", sa.Date()),
        sa.PrimaryKeyConstraint("id", name="pk__intermediary_document"),
        sa.UniqueConstraint("intermediary_id", "kind", "number", name="uq__intermediary_document__number"),
    )
    op.create_table(
        "intermediary_staff",
        sa.Column("id", Id, nullable=False),
        sa.Column("intermediary_id", Id, nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("sealed_name", sa.Text(), nullable=False),
        sa.Column("identity_index", sa.Text(), nullable=False),
        sa.Column("certificate", sa.Text(), nullable=False),
        sa.Column("is_full_time", sa.Boolean(), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date()),
        sa.PrimaryKeyConstraint("id", name="pk__intermediary_staff"),
    )
    op.create_index("ix__intermediary_staff__intermediary_id", "intermediary_staff", ["intermediary_id"])
    op.create_index("ix__intermediary_staff__identity_index", "intermediary_staff", ["identity_index"])


def _create_contract() -> None:
    op.create_table(
        "service_contract",
        sa.Column("id", Id, nullable=False),
        sa.Column("intermediary_id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("services", JsonDocument, nullable=False),
        sa.Column("visits_per_year", sa.Integer(), nullable=False),
        sa.Column("fee", sa.Integer()),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__service_contract"),
        sa.UniqueConstraint("intermediary_id", "number", name="uq__service_contract__number"),
    )
    op.create_index("ix__service_contract__enterprise_id", "service_contract", ["enterprise_id"])
    op.create_index("ix__service_contract__ends_on__id", "service_contract", ["ends_on", "id"])
