"""The present credit grade of each enterprise that anything is recorded of, its policies, and what it counts."""

from sqlalchemy import BigInteger, Column, Date, Index, Integer, Table, Text, UniqueConstraint

from services.credit.tables.metadata import metadata
from shared.database import Id, JsonDocument, UtcDateTime

rating = Table(
    "rating",
    metadata,
    Column("enterprise_id", Id, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("grade", Text, nullable=False),
    Column("by_score", Text, nullable=False),
    Column("score", Integer, nullable=False),
    Column("policy", Text, nullable=False),
    Column("reasons", JsonDocument, nullable=False),
    Column("rated_at", UtcDateTime, nullable=False),
)
Index("ix__rating__grade", rating.c.grade, rating.c.enterprise_id)

rating_policy = Table(  # the bureau's own, from the draft on; those of the release are in ratings.toml
    "rating_policy",
    metadata,
    Column("id", Id, primary_key=True),
    Column("version", Text, nullable=False),
    Column("official", Text, nullable=False),  # the version of the release whose kinds of facts it counts
    Column("state", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("numbers", JsonDocument, nullable=False),
    Column("written_by", JsonDocument, nullable=False),
    Column("drafted_at", UtcDateTime, nullable=False),
    Column("tried_revision", Integer, nullable=False),  # 0: never
    Column("effective_from", Date),
    Column("document", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("adopted_by", Text, nullable=False),
    Column("adopted_at", UtcDateTime),
    Column("ended_by", Text, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("ended_because", Text, nullable=False),
    UniqueConstraint("version"),
)

attestation = Table(
    "attestation",
    metadata,
    Column("id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("persons", Integer, nullable=False),
    Column("document", Text, nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("ended_by", Text, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("ended_because", Text, nullable=False),
)
Index("ix__attestation__enterprise_id", attestation.c.enterprise_id, attestation.c.id)

standardisation = Table(  # the confirmed level, as risk tells; the newest sequence wins
    "standardisation",
    metadata,
    Column("enterprise_id", Id, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("level", Text, nullable=False),  # 1, 2, 3, none; empty: not confirmed
    Column("confirmed_on", Date),
)
