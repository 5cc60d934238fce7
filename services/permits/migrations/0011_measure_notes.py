"""What somebody wrote into the blanks of a measure."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("permit_measure") as table:
        table.add_column(sa.Column("note", sa.Text()))


def downgrade() -> None:
    with op.batch_alter_table("permit_measure") as table:
        table.drop_column("note")
