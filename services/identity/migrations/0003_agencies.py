"""Client systems of other agencies, their secrets and grants."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "client",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__client"),
        sa.UniqueConstraint("name", name="uq__client__name"),
    )
    op.create_table(
        "client_secret",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("client_id", Id, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime),
        sa.PrimaryKeyConstraint("digest", name="pk__client_secret"),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk__client_secret__client_id"),
    )
    op.create_index("ix__client_secret__client_id", "client_secret", ["client_id"])
    op.create_table(
        "agency_grant",
        sa.Column("id", Id, nullable=False),
        sa.Column("client_id", Id, nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("divisions", JsonDocument, nullable=False),
        sa.Column("fields", JsonDocument, nullable=False),
        sa.Column("until", UtcDateTime, nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__agency_grant"),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk__agency_grant__client_id"),
        sa.UniqueConstraint("client_id", "action", name="uq__agency_grant__client_id_action"),
    )


def downgrade() -> None:
    for table in ("agency_grant", "client_secret", "client"):
        op.drop_table(table)
