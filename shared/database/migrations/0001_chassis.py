"""Chassis tables: event path, timers and jobs, requests, audit trail, scope."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BigKey = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
APPEND_ONLY = ("audit_entry", "audit_link", "audit_seal")


def upgrade() -> None:
    _create_event_tables()
    _create_work_tables()
    _create_request_tables()
    _create_audit_tables()
    _create_scope_tables()
    if op.get_bind().dialect.name == "postgresql":
        _protect_audit_on_postgresql()
    else:
        _protect_audit_on_sqlite()


def downgrade() -> None:
    for table in sa.inspect(op.get_bind()).get_table_names():
        if table not in ("chassis_version", "service_version"):
            op.drop_table(table)


def _create_event_tables() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("event_id", Id, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("address", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk__outbox"),
    )
    op.create_index("ix__outbox__lane__id", "outbox", ["lane", "id"], unique=False)
    op.create_table(
        "event_log",
        sa.Column("position", BigKey, autoincrement=True, nullable=False),
        sa.Column("event_id", Id, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("logged_at", UtcDateTime, nullable=False),
        sa.Column("unrouted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("address", sa.Text()),
        sa.PrimaryKeyConstraint("position", name="pk__event_log"),
        sa.UniqueConstraint("event_id", name="uq__event_log__event_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix__event_log__lane__position", "event_log", ["lane", "position"], unique=False)
    op.create_table(
        "relay_cursor",
        sa.Column("lane", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("lane", name="pk__relay_cursor"),
    )
    op.create_table(
        "inbox",
        sa.Column("event_id", Id, nullable=False),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk__inbox"),
    )
    op.create_table(
        "parked_event",
        sa.Column("id", Id, nullable=False),
        sa.Column("event_id", Id),
        sa.Column("type", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("waits_for", sa.Text()),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("first_at", UtcDateTime, nullable=False),
        sa.Column("next_attempt_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk__parked_event"),
        sa.UniqueConstraint("event_id", name="uq__parked_event__event_id"),
    )
    op.create_index("ix__parked_event__next_attempt_at", "parked_event", ["next_attempt_at"], unique=False)
    op.create_index("ix__parked_event__waits_for", "parked_event", ["waits_for"], unique=False)
    op.create_table(
        "subscription_state",
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("requested_at", UtcDateTime, nullable=False),
        sa.Column("completed_at", UtcDateTime),
        sa.Column("start_position", sa.BigInteger()),
        sa.PrimaryKeyConstraint("type", name="pk__subscription_state"),
    )
    op.create_table(
        "bus_message",
        sa.Column("id", BigKey, autoincrement=True, nullable=False),
        sa.Column("event_id", Id, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__bus_message"),
        sa.UniqueConstraint("event_id", name="uq__bus_message__event_id"),
    )
    op.create_index("ix__bus_message__lane__id", "bus_message", ["lane", "id"], unique=False)


def _create_work_tables() -> None:
    op.create_table(
        "timer",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("kind", "entity", name="pk__timer"),
    )
    op.create_index("ix__timer__due_at", "timer", ["due_at"], unique=False)
    op.create_table(
        "job",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("arguments", JsonDocument, nullable=False),
        sa.Column("cursor", JsonDocument, nullable=False),
        sa.Column("done", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total", sa.BigInteger()),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("next_attempt_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__job"),
    )
    op.create_index("ix__job__state__next_attempt_at", "job", ["state", "next_attempt_at"], unique=False)
    op.create_table(
        "stored_upload",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("stored_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__stored_upload"),
    )
    op.create_table(
        "stored_chunk",
        sa.Column("upload_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("upload_id", "number", name="pk__stored_chunk"),
    )


def _create_request_tables() -> None:
    op.create_table(
        "idempotency_key",
        sa.Column("principal", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("status", sa.SmallInteger()),
        sa.Column("headers", JsonDocument),
        sa.Column("body", sa.LargeBinary()),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("principal", "method", "path", "key", name="pk__idempotency_key"),
    )
    op.create_index("ix__idempotency_key__created_at", "idempotency_key", ["created_at"], unique=False)
    op.create_table(
        "rate_bucket",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("tokens", sa.Float(), nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk__rate_bucket"),
    )


def _create_audit_tables() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", Id, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("before_digest", sa.Text()),
        sa.Column("after_digest", sa.Text()),
        sa.Column("details", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__audit_entry"),
    )
    op.create_index("ix__audit_entry__at", "audit_entry", ["at"], unique=False)
    op.create_table(
        "audit_link",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("audit_id", Id, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk__audit_link"),
        sa.UniqueConstraint("audit_id", name="uq__audit_link__audit_id"),
    )
    op.create_table(
        "audit_seal",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("sealed_at", UtcDateTime, nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk__audit_seal"),
    )


def _create_scope_tables() -> None:
    op.create_table(
        "scope_enterprise",
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("division", sa.Text(), nullable=False),
        sa.Column("grid", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("enterprise_id", name="pk__scope_enterprise"),
    )
    op.create_index("ix__scope_enterprise__division", "scope_enterprise", ["division"], unique=False)
    op.create_table(
        "scope_contract",
        sa.Column("contract_id", Id, nullable=False),
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("intermediary_id", Id, nullable=False),
        sa.Column("starts_at", UtcDateTime, nullable=False),
        sa.Column("ends_at", UtcDateTime),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("contract_id", name="pk__scope_contract"),
    )
    op.create_index("ix__scope_contract__intermediary_id", "scope_contract", ["intermediary_id"], unique=False)
    op.create_table(
        "token_deny",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("denied_at", UtcDateTime, nullable=False),
        sa.Column("lifted_at", UtcDateTime),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk__token_deny"),
    )


def _protect_audit_on_postgresql() -> None:
    op.execute(
        """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$"""
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def _protect_audit_on_sqlite() -> None:
    for table in APPEND_ONLY:
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
            )
