"""Cases of the list, restrictions at other agencies, answered checks, and who is watched."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = (
    "listing_case",
    "listing_step",
    "listing_person",
    "listing_delivery",
    "restriction",
    "restriction_step",
    "check_receipt",
    "watched",
)


def upgrade() -> None:
    _create_listing_case()
    _create_listing_step()
    _create_listing_person()
    _create_listing_delivery()
    _create_restriction()
    _create_restriction_step()
    _create_check_receipt()
    _create_watched()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _create_listing_case() -> None:
    op.create_table(
        "listing_case",
        sa.Column("id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("penalty_id", Id, nullable=False),
        sa.Column("penalty", JsonDocument, nullable=False),
        sa.Column("accidents", JsonDocument, nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", UtcDateTime, nullable=False),
        sa.Column("notice_served_on", sa.Date()),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("decision", JsonDocument, nullable=False),
        sa.Column("decided_on", sa.Date()),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("system_number", sa.Text(), nullable=False),
        sa.Column("listing_id", Id),
        sa.Column("listed_on", sa.Date()),
        sa.Column("managed_until", sa.Date()),
        sa.Column("published_at", UtcDateTime),
        sa.Column("ban_until", sa.Date()),
        sa.Column("applied_on", sa.Date()),
        sa.Column("accepted_on", sa.Date()),
        sa.Column("removal", sa.Text(), nullable=False),
        sa.Column("removal_number", sa.Text(), nullable=False),
        sa.Column("removal_on", sa.Date()),
        sa.Column("is_system_updated", sa.Boolean(), nullable=False),
        sa.Column("earlier_case_id", Id),
        sa.Column("due_step", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date()),
        sa.PrimaryKeyConstraint("id", name="pk__listing_case"),
    )
    op.create_index("ix__listing_case__enterprise_id", "listing_case", ["enterprise_id", "id"])
    op.create_index(
        "ix__listing_case__is_open",
        "listing_case",
        ["due_on"],
        postgresql_where=sa.text("is_open"),
        sqlite_where=sa.text("is_open"),
    )


def _create_listing_step() -> None:
    op.create_table(
        "listing_step",
        sa.Column("case_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("given", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "version", name="pk__listing_step"),
    )


def _create_listing_person() -> None:
    op.create_table(
        "listing_person",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("sealed_name", sa.Text(), nullable=False),
        sa.Column("sealed_identity", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__listing_person"),
    )
    op.create_index("ix__listing_person__case_id", "listing_person", ["case_id"])


def _create_listing_delivery() -> None:
    op.create_table(
        "listing_delivery",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("addressee", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("served_on", sa.Date(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__listing_delivery"),
    )
    op.create_index("ix__listing_delivery__case_id", "listing_delivery", ["case_id"])


def _create_restriction() -> None:
    op.create_table(
        "restriction",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("listing_id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("basis_doc", sa.Text(), nullable=False),
        sa.Column("basis_article", sa.Text(), nullable=False),
        sa.Column("measure_list_version", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("pushed_at", UtcDateTime, nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("applied_on", sa.Date()),
        sa.Column("handler", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__restriction"),
    )
    op.create_index("ix__restriction__agency", "restriction", ["agency", "id"])
    op.create_index("ix__restriction__enterprise_id", "restriction", ["enterprise_id"])
    op.create_index("ix__restriction__listing_id", "restriction", ["listing_id"])


def _create_restriction_step() -> None:
    op.create_table(
        "restriction_step",
        sa.Column("restriction_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("given", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("restriction_id", "version", name="pk__restriction_step"),
    )


def _create_check_receipt() -> None:
    op.create_table(
        "check_receipt",
        sa.Column("id", Id, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("answer", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__check_receipt"),
    )
    op.create_index("ix__check_receipt__by", "check_receipt", ["by", "id"])


def _create_watched() -> None:
    op.create_table(
        "watched",
        sa.Column("id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("ended_on", sa.Date()),
        sa.Column("ended_because", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__watched"),
    )
    op.create_index("ix__watched__enterprise_id", "watched", ["enterprise_id"])
