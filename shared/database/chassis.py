"""The tables that every service has beside its own; created by the chassis migrations."""

from sqlalchemy import Column, Index, Table, text
from sqlalchemy.types import BigInteger, Boolean, Float, Integer, LargeBinary, SmallInteger, Text

from shared.database import Id, JsonDocument, UtcDateTime, service_metadata

metadata = service_metadata()
BigKey = BigInteger().with_variant(Integer(), "sqlite")

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("event_id", Id, nullable=False),
    Column("type", Text, nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("address", Text),  # the one consumer a re-emitted event is for; empty: everybody who subscribed
)
Index("ix__outbox__lane__id", outbox.c.lane, outbox.c.id)

event_log = Table(
    "event_log",
    metadata,
    Column("position", BigKey, primary_key=True, autoincrement=True),
    Column("event_id", Id, nullable=False, unique=True),
    Column("type", Text, nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("logged_at", UtcDateTime, nullable=False),
    Column("unrouted", Boolean, nullable=False, server_default=text("false")),
    Column("address", Text),
    sqlite_autoincrement=True,  # a position is never given twice, not even after the old rows were removed
)
Index("ix__event_log__lane__position", event_log.c.lane, event_log.c.position)

relay_cursor = Table(
    "relay_cursor",
    metadata,
    Column("lane", SmallInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
)

inbox = Table(
    "inbox", metadata, Column("event_id", Id, primary_key=True), Column("received_at", UtcDateTime, nullable=False)
)

parked_event = Table(
    "parked_event",
    metadata,
    Column("id", Id, primary_key=True),
    Column("event_id", Id, unique=True),
    Column("type", Text, nullable=False, server_default=""),
    Column("source", Text, nullable=False, server_default=""),
    Column("subject", Text, nullable=False, server_default=""),
    Column("body", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("waits_for", Text, index=True),
    Column("error", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("first_at", UtcDateTime, nullable=False),
    Column("next_attempt_at", UtcDateTime, index=True),
)

subscription_state = Table(
    "subscription_state",
    metadata,
    Column("type", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("completed_at", UtcDateTime),
    Column("start_position", BigInteger),
)

bus_message = Table(
    "bus_message",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("event_id", Id, nullable=False, unique=True),
    Column("type", Text, nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
Index("ix__bus_message__lane__id", bus_message.c.lane, bus_message.c.id)

timer = Table(
    "timer",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("entity", Text, primary_key=True),
    Column("due_at", UtcDateTime, nullable=False, index=True),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("error", Text),
)

job = Table(
    "job",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("arguments", JsonDocument, nullable=False),
    Column("cursor", JsonDocument, nullable=False),
    Column("done", BigInteger, nullable=False, server_default="0"),
    Column("total", BigInteger),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("error", Text),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("next_attempt_at", UtcDateTime, nullable=False),
)
Index("ix__job__state__next_attempt_at", job.c.state, job.c.next_attempt_at)

idempotency_key = Table(
    "idempotency_key",
    metadata,
    Column("principal", Text, primary_key=True),
    Column("method", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("body_hash", Text, nullable=False),
    Column("status", SmallInteger),
    Column("headers", JsonDocument),
    Column("body", LargeBinary),
    Column("created_at", UtcDateTime, nullable=False, index=True),
)

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("subject", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("before_digest", Text),
    Column("after_digest", Text),
    Column("details", JsonDocument, nullable=False),
)

audit_link = Table(
    "audit_link",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("audit_id", Id, nullable=False, unique=True),
    Column("hash", Text, nullable=False),
)

audit_seal = Table(
    "audit_seal",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", Text, nullable=False),
    Column("sealed_at", UtcDateTime, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("signature", Text, nullable=False),
)

scope_enterprise = Table(
    "scope_enterprise",
    metadata,
    Column("enterprise_id", Id, primary_key=True),
    Column("division", Text, nullable=False, index=True),
    Column("grid", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
)

scope_contract = Table(
    "scope_contract",
    metadata,
    Column("contract_id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("intermediary_id", Id, nullable=False, index=True),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime),
    Column("sequence", BigInteger, nullable=False),
)

token_deny = Table(
    "token_deny",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("denied_at", UtcDateTime, nullable=False),
    Column("lifted_at", UtcDateTime),
    Column("sequence", BigInteger, nullable=False),
)

rate_bucket = Table(
    "rate_bucket",
    metadata,
    Column("key", Text, primary_key=True),
    Column("tokens", Float, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

stored_upload = Table(
    "stored_upload",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("stored_at", UtcDateTime, nullable=False),
)

attachment = Table(
    "attachment",
    metadata,
    Column("id", Id, primary_key=True),
    Column("owner", Id, nullable=False),
    Column("upload_id", Id, nullable=False),
    Column("sha256", Text, nullable=False, index=True),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("author", Text, nullable=False),
    Column("taken_at", UtcDateTime, nullable=False),
    Column("longitude", Float),
    Column("latitude", Float),
    Column("accuracy", Float),
    Column("stored_at", UtcDateTime, nullable=False),
)
Index("uq__attachment__owner__sha256", attachment.c.owner, attachment.c.sha256, unique=True)

stored_chunk = Table(
    "stored_chunk",
    metadata,
    Column("upload_id", Id, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
