"""What was entered wrongly is struck out, and its document is recorded anew."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ONCE = "uq__penalty__authority_document_number"


def upgrade() -> None:
    with op.batch_alter_table("penalty") as penalty:
        penalty.add_column(sa.Column("is_misentered", sa.Boolean(), nullable=False, server_default=sa.false()))
        penalty.drop_constraint(ONCE, type_="unique")
    with op.batch_alter_table("penalty") as penalty:
        penalty.alter_column("is_misentered", server_default=None)
    where = sa.text("NOT is_misentered")
    columns = ["authority", "document_number"]
    op.create_index(
        "ix__penalty__document_number", "penalty", columns, unique=True, postgresql_where=where, sqlite_where=where
    )


def downgrade() -> None:
    op.drop_index("ix__penalty__document_number", "penalty")
    with op.batch_alter_table("penalty") as penalty:
        penalty.drop_column("is_misentered")
        penalty.create_unique_constraint(ONCE, ["authority", "document_number"])
