"""Which values of the register a person has confirmed; what is held of enterprises from before does not say.

The registry is asked for them again (a type of event whose state is not known is asked for by the worker when it
starts), and each copy counts as one step older, so that the present state is taken over when it is told again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TOLD_BY = "registry.enterprise_registered.v1"

enterprise = sa.table("enterprise", sa.column("sequence", sa.BigInteger))
subscription_state = sa.table("subscription_state", sa.column("type", sa.Text))


def upgrade() -> None:
    op.add_column("enterprise", sa.Column("confirmed", sa.JSON()))
    aged = op.get_bind().execute(sa.update(enterprise).values(sequence=enterprise.c.sequence - 1))
    if aged.rowcount:
        op.get_bind().execute(sa.delete(subscription_state).where(subscription_state.c.type == TOLD_BY))


def downgrade() -> None:
    op.drop_column("enterprise", "confirmed")
