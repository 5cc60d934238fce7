"""What each month of the assessment counts in a subdistrict, kept by triggers that only add rows (docs/adr/0012)."""

from dataclasses import dataclass

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

PLACED = "{place}.is_active AND {place}.subdistrict <> ''"
OWING = f"{PLACED} AND {{place}}.supervision = 'supervised'"
DAY = {"postgresql": "to_char({row}.%s, 'YYYY-MM')", "sqlite": "strftime('%%Y-%%m', {row}.%s)"}
MOMENT = {
    "postgresql": "to_char({row}.%s AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')",
    "sqlite": "strftime('%%Y-%%m', {row}.%s, '+8 hours')",
}
REFUTED = "CAST({row}.refuted AS TEXT)"  # a list of items in quotes
SIGNS = {"old": -1, "new": 1}
SIDES = {"INSERT": ("new",), "UPDATE": ("old", "new"), "DELETE": ("old",)}
DECIDES = ("subdistrict", "is_active", "supervision")  # which rows of an enterprise count, and where
ELSEWHERE = " OR ".join(f"{{old}}.{name} <> {{new}}.{name}" for name in DECIDES)


@dataclass(frozen=True)
class Tally:
    """Sums of the rows of ``table`` that count, by ``key``; {row} is a row and {place} its enterprise."""

    table: str
    key: dict[str, str]
    sums: dict[str, str]
    counts: str
    watched: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"month_{self.table}_tally"

    @property
    def columns(self) -> tuple[str, ...]:
        return ("unit", *self.key, *self.sums)

    def changes(self, rows: str, *, row: str, place: str, sign: int) -> str:
        """Return what the ``rows`` that count add to the sums, or take from them."""
        own = [*self.key.values(), *(f"{sign} * {one}" for one in self.sums.values())]
        values = zip(("{place}.subdistrict", *own), self.columns, strict=True)
        listed = ", ".join(f"{value} AS {name}" for value, name in values)
        return f"SELECT {listed} FROM {rows} WHERE {self.counts}".format(row=row, place=place)  # noqa: S608 - own names

    def written(self, changes: str) -> str:
        return f"INSERT INTO {self.name} ({', '.join(self.columns)}) {changes}"

    def summed(self, changes: str) -> str:
        """Return the statement that writes what ``changes`` come to."""
        key = ", ".join(("unit", *self.key))
        sums = ", ".join(f"sum({name})" for name in self.sums)
        is_left = " OR ".join(f"sum({name}) <> 0" for name in self.sums)
        return self.written(f"SELECT {key}, {sums} FROM ({changes}) AS change GROUP BY {key} HAVING {is_left}")  # noqa: S608


ENTERPRISES = Tally("enterprise", {}, {"number": "1"}, OWING, DECIDES)


def upgrade() -> None:
    _create_tables()
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for tally in _tallies():
        rows = f"{tally.table} AS counted JOIN enterprise AS place ON place.enterprise_id = counted.enterprise_id"
        op.execute(tally.summed(tally.changes(rows, row="counted", place="place", sign=1)))
        (_count_on_postgresql if is_postgresql else _count_on_sqlite)(tally)
        (_move_on_postgresql if is_postgresql else _move_on_sqlite)(tally)
    op.execute(ENTERPRISES.summed(ENTERPRISES.changes("enterprise AS place", row="place", place="place", sign=1)))
    (_count_on_postgresql if is_postgresql else _count_on_sqlite)(ENTERPRISES)


def downgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    triggers = [(one, one.table, operation) for one in (*_tallies(), ENTERPRISES) for operation in SIDES]
    triggers += [(one, "enterprise", operation) for one in _tallies() for operation in ("INSERT", "UPDATE")]
    for tally, on, operation in triggers:
        name = _trigger(tally, on, operation)
        op.execute(f"DROP FUNCTION {name}() CASCADE" if is_postgresql else f"DROP TRIGGER {name}")
    for tally in (*_tallies(), ENTERPRISES):
        op.drop_table(tally.name)


def _create_tables() -> None:
    text, flag = sa.Text(), sa.Boolean()
    month, tier = ("month", text), ("tier", sa.SmallInteger())
    keys = {
        "task": [month, tier, ("origin", text), ("state", text), ("is_overdue", flag), ("is_in_time", flag)],
        "hazard": [
            *(month, ("found_tier", sa.SmallInteger()), ("level", text), ("state", text)),
            *(("is_closed", flag), ("is_in_time", flag)),
        ],
        "check_record": [month, tier],
        "enterprise": [],
    }
    for tally in (*_tallies(), ENTERPRISES):
        columns = [("unit", text), *keys[tally.table], *((name, sa.BigInteger()) for name in tally.sums)]
        op.create_table(tally.name, *(sa.Column(name, kind, nullable=False) for name, kind in columns))


def _tallies() -> tuple[Tally, ...]:
    """Return what is counted of the things of an enterprise, in the words of the database."""
    dialect = op.get_bind().dialect.name
    return (_of_tasks(dialect), _of_hazards(dialect), _of_checks(dialect))


def _of_tasks(dialect: str) -> Tally:
    same = ("tier", "origin", "state", "is_overdue")
    key = {"month": DAY[dialect] % "last_day", **{name: f"{{row}}.{name}" for name in same}}
    key["is_in_time"] = "coalesce({row}.submitted_at, {row}.due_at) <= {row}.due_at"
    return Tally("task", key, {"number": "1"}, OWING, (*same, "enterprise_id", "last_day", "submitted_at", "due_at"))


def _of_hazards(dialect: str) -> Tally:
    same = ("found_tier", "level", "state")
    key = {"month": DAY[dialect] % "deadline", **{name: f"{{row}}.{name}" for name in same}}
    key["is_closed"] = "{row}.closed_on IS NOT NULL"
    key["is_in_time"] = "coalesce({row}.closed_on <= {row}.deadline, FALSE)"
    counts = f"{PLACED} AND {{row}}.deadline IS NOT NULL"
    return Tally("hazard", key, {"number": "1"}, counts, (*same, "enterprise_id", "deadline", "closed_on"))


def _of_checks(dialect: str) -> Tally:
    sums = {
        "number": "1",
        "refuted": f"((length({REFUTED}) - length(replace({REFUTED}, '\"', ''))) / 2)",
        "score": "coalesce({row}.score_hundredths, 0)",
        "scored": "CASE WHEN {row}.score_hundredths IS NULL THEN 0 ELSE 1 END",
    }
    key = {"month": MOMENT[dialect] % "at", "tier": "{row}.tier"}
    return Tally("check_record", key, sums, PLACED, ("enterprise_id", "at", "tier", "refuted", "score_hundredths"))


def _trigger(tally: Tally, on: str, operation: str) -> str:
    return f"{tally.name}_on_{on}_{operation.lower()}"


def _count_on_postgresql(tally: Tally) -> None:
    """Count each statement at once, by what it took away and what it put there."""
    is_itself = tally is ENTERPRISES
    for operation, sides in SIDES.items():
        rows = (
            "{side}_rows AS place"
            if is_itself
            else "{side}_rows AS counted JOIN enterprise AS place USING (enterprise_id)"
        )
        _write_on_postgresql(tally, tally.table, operation, rows=dict.fromkeys(sides, rows))


def _move_on_postgresql(tally: Tally) -> None:
    """Take the things of an enterprise along when it counts elsewhere, or no more."""
    joined = f"{{side}}_rows AS place JOIN {tally.table} AS counted ON counted.enterprise_id = place.enterprise_id"
    _write_on_postgresql(tally, "enterprise", "INSERT", rows={"new": joined})
    is_elsewhere = ELSEWHERE.format(old="place", new="other")
    rows = {
        side: f"{joined} JOIN {other}_rows AS other ON other.enterprise_id = place.enterprise_id AND ({is_elsewhere})"
        for side, other in (("old", "new"), ("new", "old"))
    }
    _write_on_postgresql(tally, "enterprise", "UPDATE", rows=rows)


def _write_on_postgresql(tally: Tally, on: str, operation: str, *, rows: dict[str, str]) -> None:
    name, row = _trigger(tally, on, operation), "place" if tally is ENTERPRISES else "counted"
    changes = " UNION ALL ".join(
        tally.changes(each.format(side=side), row=row, place="place", sign=SIGNS[side]) for side, each in rows.items()
    )
    body = tally.summed(changes)
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; RETURN NULL; END $$")
    sides = " ".join(f"{side.upper()} TABLE AS {side}_rows" for side in SIDES[operation])
    op.execute(
        f"CREATE TRIGGER {name} AFTER {operation} ON {on} REFERENCING {sides} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
    )


def _count_on_sqlite(tally: Tally) -> None:
    """Count row by row: SQLite has no other triggers, and one writer."""
    for operation, sides in SIDES.items():
        steps = []
        for row in (side.upper() for side in sides):
            own = f"enterprise WHERE enterprise_id = {row}.enterprise_id"
            rows, place = ("(SELECT 1)", row) if tally is ENTERPRISES else (f"(SELECT * FROM {own}) AS place", "place")  # noqa: S608
            steps.append(tally.changes(rows, row=row, place=place, sign=SIGNS[row.lower()]))
        _write_on_sqlite(tally, tally.table, operation, steps=steps)


def _move_on_sqlite(tally: Tally) -> None:
    for operation in ("INSERT", "UPDATE"):
        is_elsewhere = ELSEWHERE.format(old="OLD", new="NEW") if operation == "UPDATE" else "TRUE"
        steps = []
        for place in (side.upper() for side in SIDES[operation]):
            own = f"{tally.table} WHERE enterprise_id = {place}.enterprise_id AND ({is_elsewhere})"
            rows = f"(SELECT * FROM {own}) AS counted"  # noqa: S608
            steps.append(tally.changes(rows, row="counted", place=place, sign=SIGNS[place.lower()]))
        _write_on_sqlite(tally, "enterprise", operation, steps=steps)


def _write_on_sqlite(tally: Tally, on: str, operation: str, *, steps: list[str]) -> None:
    watched = tally.watched if on == tally.table else DECIDES
    when = f"UPDATE OF {', '.join(watched)}" if operation == "UPDATE" else operation
    body = " ".join(f"{tally.written(step)};" for step in steps)
    op.execute(f"CREATE TRIGGER {_trigger(tally, on, operation)} AFTER {when} ON {on} BEGIN {body} END")
