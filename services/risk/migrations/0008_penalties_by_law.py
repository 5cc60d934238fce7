"""Penalties that were told before they said by which law are unknown to DY-06: credit is asked for them again.

A type of event whose state is not known is asked for by the worker when it starts.
"""

import sqlalchemy as sa
from alembic import op

from shared.database.columns import JsonDocument

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KIND, DETAIL, TOLD_BY = "penalty", "is_of_safety_law", "credit.penalty_decided.v1"

occurrence = sa.table("occurrence", sa.column("kind", sa.Text), sa.column("details", JsonDocument))
subscription_state = sa.table("subscription_state", sa.column("type", sa.Text))


def upgrade() -> None:
    bind = op.get_bind()
    held = bind.execute(sa.select(occurrence.c.details).where(occurrence.c.kind == KIND)).scalars()
    if any(DETAIL not in details for details in held.all()):
        bind.execute(sa.delete(subscription_state).where(subscription_state.c.type == TOLD_BY))


def downgrade() -> None:
    """Nothing was changed that an older release reads."""
