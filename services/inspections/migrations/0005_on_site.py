"""For which authority and on what basis government supervision comes; the county where nobody has written it down."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("basis", "authority"):
        op.add_column("task", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    county = sa.text(
        "UPDATE task SET authority = COALESCE((SELECT substr(enterprise.division, 1, 6) FROM enterprise"
        " WHERE enterprise.enterprise_id = task.enterprise_id), '') WHERE tier = 4"
    )
    op.execute(county)


def downgrade() -> None:
    for name in ("authority", "basis"):
        op.drop_column("task", name)
