"""What happened at enterprises, the dynamic rules that follow from it, and manual overrides."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("enterprise") as batch:
        batch.add_column(sa.Column("name", sa.Text(), server_default="", nullable=False))
        batch.add_column(sa.Column("address", sa.Text(), server_default="", nullable=False))
        batch.add_column(sa.Column("is_stopped", sa.Boolean(), server_default=sa.text("false"), nullable=False))
        batch.add_column(sa.Column("adjustments", sa.JSON(none_as_null=True)))
    _create_occurrence()
    _create_applied_rule()
    _create_override()


def downgrade() -> None:
    for table in ("override", "applied_rule", "occurrence"):
        op.drop_table(table)
    with op.batch_alter_table("enterprise") as batch:
        for name in ("adjustments", "is_stopped", "address", "name"):
            batch.drop_column(name)


def _create_occurrence() -> None:
    op.create_table(
        "occurrence",
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("began_at", UtcDateTime),
        sa.Column("ended_at", UtcDateTime),
        sa.Column("expires_at", UtcDateTime),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("enterprise_id", "kind", "key", name="pk__occurrence"),
    )


def _create_applied_rule() -> None:
    op.create_table(
        "applied_rule",
        sa.Column("id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("effects", sa.JSON(), nullable=False),
        sa.Column("causes", sa.JSON(), nullable=False),
        sa.Column("best", sa.SmallInteger()),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.Column("until", UtcDateTime),
        sa.Column("applied_at", UtcDateTime, nullable=False),
        sa.Column("lifted_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk__applied_rule"),
    )
    op.create_index("ix__applied_rule__enterprise_id", "applied_rule", ["enterprise_id", "applied_at"])


def _create_override() -> None:
    op.create_table(
        "override",
        sa.Column("id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("decided_by", sa.Text()),
        sa.Column("decided_at", UtcDateTime),
        sa.Column("decision_note", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__override"),
    )
    op.create_index("ix__override__enterprise_id", "override", ["enterprise_id"])
