"""Enterprises, their history, divisions and imports."""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_enterprise()
    _create_history()
    _create_division()
    _create_import_batch()
    _create_import_details()


def downgrade() -> None:
    for table in (
        "import_correction",
        "import_error",
        "import_row",
        "import_batch",
        "division",
        "enterprise_history",
        "enterprise",
    ):
        op.drop_table(table)


def _create_enterprise() -> None:
    op.create_table(
        "enterprise",
        sa.Column("id", Id, nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("code_override", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("enterprise_type", sa.Text(), nullable=False),
        sa.Column("registered_on", sa.Date()),
        sa.Column("capital", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("province", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("supervision", sa.Text(), nullable=False),
        sa.Column("division", sa.Text(), nullable=False),
        sa.Column("subdistrict", sa.Text(), nullable=False),
        sa.Column("neighbour", sa.Text(), nullable=False),
        sa.Column("placement", sa.Text(), nullable=False),
        sa.Column("grid", sa.Text(), nullable=False),
        sa.Column("longitude", sa.Float()),
        sa.Column("latitude", sa.Float()),
        sa.Column("location_precision", sa.Text(), nullable=False),
        sa.Column("industry", sa.Text(), nullable=False),
        sa.Column("industry_section", sa.Text(), nullable=False),
        sa.Column("headcount", sa.Integer()),
        sa.Column("scale", sa.Text(), nullable=False),
        sa.Column("features", JsonDocument, nullable=False),
        sa.Column("origins", JsonDocument, nullable=False),
        sa.Column("hints", JsonDocument, nullable=False),
        sa.Column("contact_name", sa.Text(), nullable=False),
        sa.Column("contact_phone", sa.Text(), nullable=False),
        sa.Column("source_digest", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk__enterprise"),
        sa.UniqueConstraint("uscc", name="uq__enterprise__uscc"),
    )
    op.create_index("ix__enterprise__division__name", "enterprise", ["division", "name"])
    op.create_index("ix__enterprise__name__id", "enterprise", ["name", "id"])
    op.create_index("ix__enterprise__placement", "enterprise", ["placement"])


def _create_history() -> None:
    op.create_table(
        "enterprise_history",
        sa.Column("enterprise_id", Id, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("import_id", Id),
        sa.Column("import_row", sa.Integer()),
        sa.Column("changes", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("enterprise_id", "version", name="pk__enterprise_history"),
    )


def _create_division() -> None:
    op.create_table(
        "division",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("names", JsonDocument, nullable=False),
        sa.Column("short", JsonDocument, nullable=False),
        sa.Column("former", JsonDocument, nullable=False),
        sa.Column("longitude", sa.Float()),
        sa.Column("latitude", sa.Float()),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk__division"),
    )


def _create_import_batch() -> None:
    op.create_table(
        "import_batch",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_dry_run", sa.Boolean(), nullable=False),
        sa.Column("upload_id", Id, nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("columns", JsonDocument, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("corrected", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("problem_code", sa.Text(), nullable=False),
        sa.Column("problem_detail", sa.Text(), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("finished_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk__import_batch"),
    )


def _create_import_details() -> None:
    op.create_table(
        "import_row",
        sa.Column("import_id", Id, nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("digest", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("import_id", "uscc", name="pk__import_row"),
    )
    op.create_table(
        "import_error",
        sa.Column("import_id", Id, nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("import_id", "row", "number", name="pk__import_error"),
    )
    op.create_table(
        "import_correction",
        sa.Column("import_id", Id, nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("import_id", "row", name="pk__import_correction"),
    )
