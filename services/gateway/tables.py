"""The gateway's tables: the projection of enterprises and works, counters, the event stream and browser sessions."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    text,
)

from services.gateway.domain.counting import KEY, SUMS
from shared.database import Id, JsonDocument, UtcDateTime, service_metadata

metadata = service_metadata()
Code = Text().with_variant(Text(collation="C"), "postgresql")  # compared byte by byte on both databases

enterprise_view = Table(
    "enterprise_view",
    metadata,
    Column("id", Id, primary_key=True),
    # from registry
    Column("uscc", Code, nullable=False, server_default=""),
    Column("name", Code, nullable=False, server_default=""),
    Column("address", Text, nullable=False, server_default=""),
    Column("division", Code, nullable=False, server_default=""),
    Column("subdistrict", Code, nullable=False, server_default=""),
    Column("grid", Code, nullable=False, server_default=""),
    Column("industry", Code, nullable=False, server_default=""),
    Column("section", Code, nullable=False, server_default=""),
    Column("longitude", Float),
    Column("latitude", Float),
    Column("place", BigInteger),
    Column("kind", SmallInteger, nullable=False, server_default="2"),
    Column("location_precision", Code, nullable=False, server_default="none"),
    Column("placement", Code, nullable=False, server_default="unplaced"),
    Column("headcount", Integer),
    Column("flags", Integer, nullable=False, server_default="0"),
    Column("supervision", Code, nullable=False, server_default="unverified"),
    Column("status", Code, nullable=False, server_default="expected"),
    Column("registry_version", BigInteger, nullable=False, server_default="0"),
    # from risk
    Column("level", SmallInteger, nullable=False, server_default="5"),
    Column("worst_level", SmallInteger, nullable=False, server_default="5"),
    Column("is_provisional", Boolean, nullable=False, server_default=text("true")),
    Column("score", Float),
    Column("known", SmallInteger, nullable=False, server_default="0"),
    Column("total", SmallInteger, nullable=False, server_default="0"),
    Column("risk_version", BigInteger, nullable=False, server_default="0"),
    # the gateway's own
    Column("touched", BigInteger, nullable=False, server_default="0"),
    Column("updated_at", UtcDateTime, nullable=False),
    postgresql_with={"fillfactor": "80"},  # room for new grades beside the old ones
)
Index("ix__enterprise_view__name", enterprise_view.c.name, enterprise_view.c.id)
Index("ix__enterprise_view__level", enterprise_view.c.level, enterprise_view.c.worst_level, enterprise_view.c.id)
Index("ix__enterprise_view__uscc", enterprise_view.c.uscc)
Index("ix__enterprise_view__division", enterprise_view.c.division)
for _column, _is_there in (("grid", text("grid <> ''")), ("place", text("place IS NOT NULL"))):
    Index(
        f"ix__enterprise_view__{_column}",
        enterprise_view.c[_column],
        postgresql_where=_is_there,
        sqlite_where=_is_there,
    )

# Narrow, because a search reads all of it: 50 ms for 190,000 enterprises on both databases, where an index of
# trigrams would cost as much per event as everything else together and not help words of two characters.
enterprise_text = Table(
    "enterprise_text",
    metadata,
    Column("id", Id, primary_key=True),
    Column("words", Text, nullable=False),
)

map_counter = Table(
    "map_counter",
    metadata,
    Column("zoom", SmallInteger, nullable=False),
    Column("section", Code, nullable=False),
    Column("flag", Code, nullable=False),
    Column("cell", BigInteger, nullable=False),
    Column("area", Code, nullable=False),
    *(Column(name, BigInteger, nullable=False) for name in SUMS),
    PrimaryKeyConstraint(*KEY),
    sqlite_with_rowid=False,
)

live_work = Table(  # as permits tells it; what has ended stays for some days, unseen
    "live_work",
    metadata,
    Column("permit_id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("state", Code, nullable=False),
    Column("is_shown", Boolean, nullable=False),
    Column("kind", Code, nullable=False),
    Column("level", Code, nullable=False),
    Column("number", Code, nullable=False),
    Column("longitude", Float),
    Column("latitude", Float),
    Column("accuracy_m", Float),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)
_shown = text("is_shown")
Index("ix__live_work__is_shown", live_work.c.enterprise_id, postgresql_where=_shown, sqlite_where=_shown)
Index("ix__live_work__updated_at", live_work.c.updated_at)

commitment_mark = Table(
    "commitment_mark",
    metadata,
    Column("commitment_id", Id, primary_key=True),
    Column("enterprise_id", Id, nullable=False),
    Column("day", Date, nullable=False),
    Column("is_late", Boolean, nullable=False),
    Column("is_missed", Boolean, nullable=False),
    Column("made", BigInteger, nullable=False),  # the number of the last word of each kind; 0: none
    Column("disputed", BigInteger, nullable=False),
)
Index("ix__commitment_mark__day", commitment_mark.c.day, commitment_mark.c.enterprise_id)

merged_enterprise = Table(
    "merged_enterprise",
    metadata,
    Column("merged_id", Id, primary_key=True),
    Column("kept_id", Id, nullable=False),
)

stream_position = Table(
    "stream_position",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
)

stream_event = Table(
    "stream_event",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Code, nullable=False),
    Column("division", Code, nullable=False),
    Column("grid", Code, nullable=False),
    Column("enterprise_id", Id),
    Column("content", JsonDocument, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

browser_session = Table(
    "browser_session",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("csrf_token", Text, nullable=False),
    Column("access_token", Text, nullable=False),
    Column("refresh_token", Text, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime, nullable=False),
    Column("renewing_until", UtcDateTime),
    Column("signer_token", Text),  # of who signs by PIN on this browser, encrypted
    Column("signer_until", UtcDateTime),
)
Index("ix__browser_session__used_at", browser_session.c.used_at)
