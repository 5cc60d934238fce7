"""Accounts, sign-in attempts, refresh tokens, signing keys, and the first timers."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TIMERS = ("signing_keys", "forgotten_sessions")
timer = sa.table("timer", sa.column("kind", sa.Text), sa.column("entity", sa.Text), sa.column("due_at", UtcDateTime))


def upgrade() -> None:
    _create_account()
    _create_sign_in_attempts()
    _create_refresh_token()
    op.create_table(
        "signing_key",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("public_key", JsonDocument, nullable=False),
        sa.Column("sealed_private_key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__signing_key"),
    )
    start = datetime(2000, 1, 1, tzinfo=UTC)
    op.bulk_insert(timer, [{"kind": kind, "entity": "identity", "due_at": start} for kind in TIMERS])


def downgrade() -> None:
    op.execute(timer.delete().where(timer.c.kind.in_(TIMERS)))
    for table in ("signing_key", "refresh_token", "sign_in_attempts", "account"):
        op.drop_table(table)


def _create_account() -> None:
    op.create_table(
        "account",
        sa.Column("id", Id, nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("sealed_name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("password_set_at", UtcDateTime, nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("roles", JsonDocument, nullable=False),
        sa.Column("divisions", JsonDocument, nullable=False),
        sa.Column("grids", JsonDocument, nullable=False),
        sa.Column("skills", JsonDocument, nullable=False),
        sa.Column("enterprise_id", sa.Text(), nullable=False),
        sa.Column("intermediary_id", sa.Text(), nullable=False),
        sa.Column("licence_valid_until", sa.Text(), nullable=False),
        sa.Column("is_absent", sa.Boolean(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("disabled_at", UtcDateTime),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__account"),
        sa.UniqueConstraint("username", name="uq__account__username"),
    )


def _create_sign_in_attempts() -> None:
    op.create_table(
        "sign_in_attempts",
        sa.Column("username_digest", sa.Text(), nullable=False),
        sa.Column("failures", JsonDocument, nullable=False),
        sa.Column("locked_until", UtcDateTime),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("username_digest", name="pk__sign_in_attempts"),
    )
    op.create_index("ix__sign_in_attempts__updated_at", "sign_in_attempts", ["updated_at"])


def _create_refresh_token() -> None:
    op.create_table(
        "refresh_token",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("family", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("began_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("used_at", UtcDateTime),
        sa.Column("revoked_at", UtcDateTime),
        sa.PrimaryKeyConstraint("digest", name="pk__refresh_token"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk__refresh_token__account_id"),
    )
    for column in ("family", "account_id", "expires_at"):
        op.create_index(f"ix__refresh_token__{column}", "refresh_token", [column])
