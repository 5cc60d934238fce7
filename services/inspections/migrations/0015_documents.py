"""Official documents with their signatures and numbers."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_document()
    _create_parts()
    op.create_table(
        "document_series",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "year", name="pk__document_series"),
    )


def downgrade() -> None:
    for table in ("document_series", "document_signature", "document_hazard", "document"):
        op.drop_table(table)


def _create_document() -> None:
    op.create_table(
        "document",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("check_id", Id),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", JsonDocument, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("drawn_up_by", sa.Text(), nullable=False),
        sa.Column("drawn_up_at", UtcDateTime, nullable=False),
        sa.Column("issued_at", UtcDateTime),
        sa.Column("attachment_id", Id),
        sa.Column("file_sha256", sa.Text(), nullable=False),
        sa.Column("replaces", Id),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__document"),
    )
    op.create_index("ix__document__number", "document", ["number"], unique=True)
    op.create_index("ix__document__code", "document", ["code"], unique=True)
    op.create_index("ix__document__enterprise_id", "document", ["enterprise_id", "id"])
    op.create_index("ix__document__state", "document", ["state", "id"])
    op.create_index("ix__document__check_id", "document", ["check_id"])
    op.create_index("ix__document__replaces", "document", ["replaces"])


def _create_parts() -> None:
    op.create_table(
        "document_hazard",
        sa.Column("document_id", Id, nullable=False),
        sa.Column("hazard_id", Id, nullable=False),
        sa.PrimaryKeyConstraint("document_id", "hazard_id", name="pk__document_hazard"),
    )
    op.create_index("ix__document_hazard__hazard_id", "document_hazard", ["hazard_id"])
    op.create_table(
        "document_signature",
        sa.Column("document_id", Id, nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("image_id", Id),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("witness", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("document_id", "position", name="pk__document_signature"),
    )
