"""Each hazard, task and record carries subdistrict and grid of its enterprise, so that a list of a place is one walk.

Triggers copy them: whoever writes a row need not think of it, and an enterprise that moves takes its rows along.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = ("hazard", "task", "check_record")
PLACES = ("subdistrict", "grid")
ORDERS = {"hazard": ("id",), "task": ("due_at", "id"), "check_record": ("id",)}
# Of a place: everything in its order, and what is looked for most often without walking past everything else.
LOOKED_FOR = {"hazard": ("is_open", "is_overdue"), "task": ("is_open",), "check_record": ()}
MOVED = "(before.subdistrict, before.grid) IS DISTINCT FROM (fresh.subdistrict, fresh.grid)"


def upgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table in TABLES:
        for place in PLACES:
            op.add_column(table, sa.Column(place, sa.Text(), nullable=False, server_default=""))
        op.execute(
            f"UPDATE {table} SET subdistrict = enterprise.subdistrict, grid = enterprise.grid "  # noqa: S608 - own names
            f"FROM enterprise WHERE enterprise.enterprise_id = {table}.enterprise_id"
        )
        _create_indexes(table)
        (_copy_on_postgresql if is_postgresql else _copy_on_sqlite)(table)


def downgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table in TABLES:
        for name in _triggers(table):
            op.execute(f"DROP FUNCTION {name}() CASCADE" if is_postgresql else f"DROP TRIGGER {name}")
        if not is_postgresql:
            op.execute(f"DROP TRIGGER {table}_place_follows")
        for name, *_ in _indexes(table):
            op.drop_index(name, table)
        for place in PLACES:
            op.drop_column(table, place)


def _indexes(table: str) -> list[tuple[str, list[str], str | None]]:
    """Return name, columns and condition of each."""
    found: list[tuple[str, list[str], str | None]] = []
    for place in PLACES:
        columns = [place, *ORDERS[table]]
        found.append((f"ix__{table}__{place}", columns, None))
        found += [(f"ix__{table}__{place}__{flag}", columns, flag) for flag in LOOKED_FOR[table]]
    if table == "check_record":
        found += [(f"ix__{table}__{place}__tier", [place, "tier", "id"], None) for place in PLACES]
    return found


def _create_indexes(table: str) -> None:
    for name, columns, flag in _indexes(table):
        condition = sa.text(flag) if flag else None
        op.create_index(name, table, columns, postgresql_where=condition, sqlite_where=condition)


def _triggers(table: str) -> list[str]:
    return [f"{table}_place", f"{table}_place_on_enterprise_insert", f"{table}_place_on_enterprise_update"]


def _copy_on_postgresql(table: str) -> None:
    own, come, moved = _triggers(table)
    op.execute(
        f"CREATE FUNCTION {own}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "  # noqa: S608 - own names
        "SELECT subdistrict, grid INTO NEW.subdistrict, NEW.grid FROM enterprise "
        "WHERE enterprise_id = NEW.enterprise_id; "
        "NEW.subdistrict := coalesce(NEW.subdistrict, ''); NEW.grid := coalesce(NEW.grid, ''); RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {own} BEFORE INSERT OR UPDATE OF enterprise_id ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {own}()"
    )
    follow = (
        f"UPDATE {table} SET subdistrict = fresh.subdistrict, grid = fresh.grid FROM new_rows AS fresh "  # noqa: S608
        f"{{moved}} {table}.enterprise_id = fresh.enterprise_id"
    )
    came = follow.format(moved="WHERE")
    changed = follow.format(moved=f"JOIN old_rows AS before USING (enterprise_id) WHERE {MOVED} AND")
    for name, operation, body, sides in (
        (come, "INSERT", came, "NEW TABLE AS new_rows"),
        (moved, "UPDATE", changed, "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
    ):
        op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; RETURN NULL; END $$")
        op.execute(
            f"CREATE TRIGGER {name} AFTER {operation} ON enterprise REFERENCING {sides} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )


def _copy_on_sqlite(table: str) -> None:
    own, come, moved = _triggers(table)
    there = "SELECT subdistrict, grid FROM enterprise WHERE enterprise_id = NEW.enterprise_id"
    copy = f"UPDATE {table} SET (subdistrict, grid) = ({there}) WHERE id = NEW.id AND EXISTS ({there});"  # noqa: S608
    follow = (
        f"UPDATE {table} SET subdistrict = NEW.subdistrict, grid = NEW.grid WHERE enterprise_id = NEW.enterprise_id;"  # noqa: S608
    )
    op.execute(f"CREATE TRIGGER {own} AFTER INSERT ON {table} BEGIN {copy} END")
    op.execute(f"CREATE TRIGGER {own}_follows AFTER UPDATE OF enterprise_id ON {table} BEGIN {copy} END")
    op.execute(f"CREATE TRIGGER {come} AFTER INSERT ON enterprise BEGIN {follow} END")
    op.execute(
        f"CREATE TRIGGER {moved} AFTER UPDATE OF subdistrict, grid ON enterprise "
        f"WHEN (OLD.subdistrict, OLD.grid) <> (NEW.subdistrict, NEW.grid) BEGIN {follow} END"
    )
