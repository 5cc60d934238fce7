"""Counts of hazards by subdistrict, which follow those by place, and an index for a single grid (docs/adr/0012)."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TRIGGER = "hazard_area_tally_on_hazard_tally_insert"
KEY = "state, level, is_overdue"
ADDED = f"INSERT INTO hazard_area_tally (division, {KEY}, number)"


def upgrade() -> None:
    op.create_table(
        "hazard_area_tally",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("division", "state", "level")),
        sa.Column("is_overdue", sa.Boolean(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix__hazard_tally__grid", "hazard_tally", ["grid"])
    op.execute(f"{ADDED} {_summed('hazard_tally')}")
    if op.get_bind().dialect.name == "postgresql":
        body = f"BEGIN {ADDED} {_summed('new_rows')}; RETURN NULL; END"
        op.execute(f"CREATE FUNCTION {TRIGGER}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
        op.execute(
            f"CREATE TRIGGER {TRIGGER} AFTER INSERT ON hazard_tally REFERENCING NEW TABLE AS new_rows "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {TRIGGER}()"
        )
    else:
        values = "substr(NEW.division, 1, 9), NEW.state, NEW.level, NEW.is_overdue, NEW.number"
        added = f"{ADDED} VALUES ({values})"
        op.execute(f"CREATE TRIGGER {TRIGGER} AFTER INSERT ON hazard_tally BEGIN {added}; END")


def downgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    op.execute(f"DROP FUNCTION {TRIGGER}() CASCADE" if is_postgresql else f"DROP TRIGGER {TRIGGER}")
    op.drop_index("ix__hazard_tally__grid", "hazard_tally")
    op.drop_table("hazard_area_tally")


def _summed(rows: str) -> str:
    own = f"substr(division, 1, 9), {KEY}"
    return f"SELECT {own}, sum(number) FROM {rows} GROUP BY {own}"  # noqa: S608 - our own names
