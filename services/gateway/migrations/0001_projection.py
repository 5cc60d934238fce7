"""The projection of enterprises, the counters of the map, the event stream, browser sessions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

ID = sa.Uuid(as_uuid=False)
CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

COUNTER_SUMS = (
    "red",
    "orange",
    "yellow",
    "blue",
    "grey",
    "red_hatched",
    "orange_hatched",
    "yellow_hatched",
    "blue_hatched",
    "grey_hatched",
    "column_sum",
    "row_sum",
)


def upgrade() -> None:
    _create_enterprise_view()
    _create_enterprise_text()
    _create_counters()
    _create_stream()
    _create_sessions()


def downgrade() -> None:
    for table in (
        "browser_session",
        "stream_event",
        "stream_position",
        "map_counter",
        "enterprise_text",
        "enterprise_view",
    ):
        op.drop_table(table)


def _create_enterprise_view() -> None:
    op.create_table(
        "enterprise_view",
        sa.Column("id", ID, nullable=False),
        sa.Column("uscc", CODE, nullable=False, server_default=""),
        sa.Column("name", CODE, nullable=False, server_default=""),
        sa.Column("address", sa.Text(), nullable=False, server_default=""),
        sa.Column("division", CODE, nullable=False, server_default=""),
        sa.Column("subdistrict", CODE, nullable=False, server_default=""),
        sa.Column("grid", CODE, nullable=False, server_default=""),
        sa.Column("industry", CODE, nullable=False, server_default=""),
        sa.Column("section", CODE, nullable=False, server_default=""),
        sa.Column("longitude", sa.Float()),
        sa.Column("latitude", sa.Float()),
        sa.Column("place", sa.BigInteger()),
        sa.Column("kind", sa.SmallInteger(), nullable=False, server_default="2"),
        sa.Column("location_precision", CODE, nullable=False, server_default="none"),
        sa.Column("placement", CODE, nullable=False, server_default="unplaced"),
        sa.Column("headcount", sa.Integer()),
        sa.Column("flags", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("supervision", CODE, nullable=False, server_default="unverified"),
        sa.Column("status", CODE, nullable=False, server_default="expected"),
        sa.Column("registry_version", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("level", sa.SmallInteger(), nullable=False, server_default="5"),
        sa.Column("worst_level", sa.SmallInteger(), nullable=False, server_default="5"),
        sa.Column("is_provisional", sa.Boolean(), nullable=False, server_default=sa.text("true")),
        sa.Column("score", sa.Float()),
        sa.Column("known", sa.SmallInteger(), nullable=False, server_default="0"),
        sa.Column("total", sa.SmallInteger(), nullable=False, server_default="0"),
        sa.Column("risk_version", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("touched", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__enterprise_view"),
        postgresql_with={"fillfactor": "80"},
    )
    for columns in (["name", "id"], ["level", "worst_level", "id"], ["uscc"], ["division"]):
        op.create_index(f"ix__enterprise_view__{columns[0]}", "enterprise_view", columns)
    for column, is_there in (("grid", sa.text("grid <> ''")), ("place", sa.text("place IS NOT NULL"))):
        op.create_index(
            f"ix__enterprise_view__{column}",
            "enterprise_view",
            [column],
            postgresql_where=is_there,
            sqlite_where=is_there,
        )


def _create_enterprise_text() -> None:
    op.create_table(
        "enterprise_text",
        sa.Column("id", ID, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__enterprise_text"),
    )


def _create_counters() -> None:
    op.create_table(
        "map_counter",
        sa.Column("zoom", sa.SmallInteger(), nullable=False),
        sa.Column("section", CODE, nullable=False),
        sa.Column("flag", CODE, nullable=False),
        sa.Column("cell", sa.BigInteger(), nullable=False),
        sa.Column("area", CODE, nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in COUNTER_SUMS),
        sa.PrimaryKeyConstraint("zoom", "section", "flag", "cell", "area", name="pk__map_counter"),
        sqlite_with_rowid=False,
    )


def _create_stream() -> None:
    positions = op.create_table(
        "stream_position",
        sa.Column("id", sa.SmallInteger(), nullable=False, autoincrement=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__stream_position"),
    )
    op.bulk_insert(positions, [{"id": 1, "position": 0}])
    op.create_table(
        "stream_event",
        sa.Column("position", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("division", CODE, nullable=False),
        sa.Column("grid", CODE, nullable=False),
        sa.Column("enterprise_id", ID),
        sa.Column("content", DOCUMENT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk__stream_event"),
    )


def _create_sessions() -> None:
    op.create_table(
        "browser_session",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("csrf_token", sa.Text(), nullable=False),
        sa.Column("access_token", sa.Text(), nullable=False),
        sa.Column("refresh_token", sa.Text(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=False),
        sa.Column("renewing_until", MOMENT),
        sa.PrimaryKeyConstraint("digest", name="pk__browser_session"),
    )
    op.create_index("ix__browser_session__used_at", "browser_session", ["used_at"])
