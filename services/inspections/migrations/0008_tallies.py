"""Counts of hazards and open tasks by place, kept by triggers that only ever add rows (docs/adr/0012)."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from shared.database.columns import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

timer = sa.table("timer", sa.column("kind", sa.Text), sa.column("entity", sa.Text), sa.column("due_at", UtcDateTime))
# What is counted of each table, its rows being called {row}, and which of them count at all.
COUNTED = {
    "hazard": ("{row}.state, {row}.level, {row}.is_overdue", "TRUE"),
    "task": ("{row}.is_overdue, {row}.owner LIKE '%:%'", "{row}.is_open"),
}
SUMMED = {"hazard": "state, level, is_overdue", "task": "is_overdue, is_queued"}
CHANGED = {
    "hazard": "enterprise_id, state, level, is_overdue",
    "task": "enterprise_id, is_open, is_overdue, owner",
}
OPERATIONS = {"INSERT": ("new",), "UPDATE": ("old", "new"), "DELETE": ("old",)}
SIGNS = {"old": -1, "new": 1}


def upgrade() -> None:
    flag = [sa.Column("is_overdue", sa.Boolean(), nullable=False)]
    _create_tally("hazard", [sa.Column(name, sa.Text(), nullable=False) for name in ("state", "level")] + flag)
    _create_tally("task", [*flag, sa.Column("is_queued", sa.Boolean(), nullable=False)])
    for table in COUNTED:
        op.execute(_counts(table))
        if op.get_bind().dialect.name == "postgresql":
            _count_on_postgresql(table)
        else:
            _count_on_sqlite(table)
    op.bulk_insert(timer, [{"kind": "sum_up", "entity": "tallies", "due_at": datetime(2000, 1, 1, tzinfo=UTC)}])


def downgrade() -> None:
    op.execute(timer.delete().where(timer.c.kind == "sum_up"))
    for table in COUNTED:
        _forget_triggers(table)
        op.drop_table(f"{table}_tally")


def _create_tally(table: str, key: list[sa.Column[object]]) -> None:
    place = [sa.Column(name, sa.Text(), nullable=False) for name in ("division", "grid")]
    op.create_table(f"{table}_tally", *place, *key, sa.Column("number", sa.BigInteger(), nullable=False))


def _counts(table: str) -> str:
    """Return the statement that counts what is there."""
    columns, is_counted = (text.format(row="counted") for text in COUNTED[table])
    return _insert(
        table,
        f"SELECT enterprise.division, enterprise.grid, {columns}, count(*) FROM {table} AS counted "  # noqa: S608
        f"JOIN enterprise ON enterprise.enterprise_id = counted.enterprise_id WHERE {is_counted} "
        f"GROUP BY enterprise.division, enterprise.grid, {columns}",
    )


def _insert(table: str, selected: str) -> str:
    return f"INSERT INTO {table}_tally (division, grid, {SUMMED[table]}, number) {selected}"


def _count_on_postgresql(table: str) -> None:
    """Count each statement at once, by what it took away and what it put there."""
    columns, is_counted = COUNTED[table]
    for operation, sides in OPERATIONS.items():
        own = " UNION ALL ".join(
            f"SELECT enterprise.division, enterprise.grid, {columns.format(row='changed')}, {SIGNS[side]} AS number "  # noqa: S608
            f"FROM {side}_rows AS changed JOIN enterprise USING (enterprise_id) "
            f"WHERE {is_counted.format(row='changed')}"
            for side in sides
        )
        _trigger(table, on=table, operation=operation, counted=own)
    for operation, sides in list(OPERATIONS.items())[:2]:
        moved = " UNION ALL ".join(
            f"SELECT place.division, place.grid, {columns.format(row='counted')}, {SIGNS[side]} AS number "  # noqa: S608
            f"FROM {side}_rows AS place JOIN {table} AS counted USING (enterprise_id) {_is_elsewhere(operation, side)} "
            f"WHERE {is_counted.format(row='counted')}"
            for side in sides
        )
        _trigger(table, on="enterprise", operation=operation, counted=moved)


def _is_elsewhere(operation: str, side: str) -> str:
    """Return the join that leaves only enterprises that lay elsewhere before the update, or will after it."""
    if operation != "UPDATE":
        return ""
    other = {"old": "new", "new": "old"}[side]
    return (
        f"JOIN {other}_rows AS other ON other.enterprise_id = place.enterprise_id "
        "AND (other.division, other.grid) IS DISTINCT FROM (place.division, place.grid)"
    )


def _trigger(table: str, *, on: str, operation: str, counted: str) -> None:
    name = f"{table}_tally_on_{on}_{operation.lower()}"
    key = f"division, grid, {SUMMED[table]}"
    summed = f"SELECT {key}, sum(number) FROM ({counted}) AS change (division, grid, {SUMMED[table]}, number)"  # noqa: S608
    body = _insert(table, f"{summed} GROUP BY {key} HAVING sum(number) <> 0")
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; RETURN NULL; END $$")
    sides = " ".join(f"{side.upper()} TABLE AS {side}_rows" for side in OPERATIONS[operation])
    op.execute(
        f"CREATE TRIGGER {name} AFTER {operation} ON {on} REFERENCING {sides} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
    )


def _count_on_sqlite(table: str) -> None:
    """Count row by row: SQLite has no other triggers, and one writer."""
    columns, is_counted = COUNTED[table]
    for operation, sides in OPERATIONS.items():
        of = f"UPDATE OF {CHANGED[table]}" if operation == "UPDATE" else operation
        steps = [
            f"SELECT division, grid, {columns.format(row=side.upper())}, {SIGNS[side]} FROM enterprise "  # noqa: S608
            f"WHERE enterprise_id = {side.upper()}.enterprise_id AND {is_counted.format(row=side.upper())}"
            for side in sides
        ]
        _row_trigger(table, on=table, operation=operation, when=of, steps=steps)
    for operation, of in (("INSERT", "INSERT"), ("UPDATE", "UPDATE OF division, grid")):
        elsewhere = "(OLD.division, OLD.grid) <> (NEW.division, NEW.grid)" if operation == "UPDATE" else "TRUE"
        steps = [
            f"SELECT {side.upper()}.division, {side.upper()}.grid, {columns.format(row='counted')}, {SIGNS[side]} "  # noqa: S608
            f"FROM {table} AS counted WHERE enterprise_id = {side.upper()}.enterprise_id "
            f"AND {is_counted.format(row='counted')} AND {elsewhere}"
            for side in OPERATIONS[operation]
        ]
        _row_trigger(table, on="enterprise", operation=operation, when=of, steps=steps)


def _row_trigger(table: str, *, on: str, operation: str, when: str, steps: list[str]) -> None:
    body = " ".join(f"{_insert(table, step)};" for step in steps)
    op.execute(f"CREATE TRIGGER {table}_tally_on_{on}_{operation.lower()} AFTER {when} ON {on} BEGIN {body} END")


def _forget_triggers(table: str) -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for on, operation in [(table, name) for name in OPERATIONS] + [("enterprise", "INSERT"), ("enterprise", "UPDATE")]:
        name = f"{table}_tally_on_{on}_{operation.lower()}"
        op.execute(f"DROP FUNCTION {name}() CASCADE" if is_postgresql else f"DROP TRIGGER {name}")
