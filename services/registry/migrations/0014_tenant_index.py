"""Only tenants stand in the index by park, so that an import of a whole city pays nothing for it."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

NAME = "ix__enterprise__park_id"


def upgrade() -> None:
    op.drop_index(NAME, "enterprise")
    is_tenant = sa.text("park_id IS NOT NULL")
    columns = ["park_id", "id"]
    op.create_index(NAME, "enterprise", columns, postgresql_where=is_tenant, sqlite_where=is_tenant)


def downgrade() -> None:
    op.drop_index(NAME, "enterprise")
    op.create_index(NAME, "enterprise", ["park_id", "id"])
