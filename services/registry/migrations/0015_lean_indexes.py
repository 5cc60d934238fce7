"""Indexes of what stands out hold nothing else, so that an import of a whole city pays nothing for them.

SQLite keeps them whole: it would not see that a value that is wanted implies the condition.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix__enterprise__grid__name", ["grid", "name"], "grid <> ''"),
    ("ix__enterprise__survey_outcome", ["survey_outcome", "survey_rank", "id"], "survey_outcome <> ''"),
    ("ix__enterprise__placement", ["placement"], "placement <> 'placed'"),
)


def upgrade() -> None:
    for name, columns, condition in INDEXES if op.get_bind().dialect.name == "postgresql" else ():
        op.drop_index(name, "enterprise")
        op.create_index(name, "enterprise", columns, postgresql_where=sa.text(condition))


def downgrade() -> None:
    for name, columns, _ in INDEXES if op.get_bind().dialect.name == "postgresql" else ():
        op.drop_index(name, "enterprise")
        op.create_index(name, "enterprise", columns)
