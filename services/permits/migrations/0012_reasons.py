"""Why a permit was stopped or ended, where the rules say it: a code and what it is about, also for what is there."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import op

from shared.database.columns import Id, JsonDocument

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BATCH = 500
CODES = ("guardian_away", "test_gas", "check_out", "production_halted")
RELATED = ("related_gas", "related_permit")
ORDER, PEOPLE = "stop_order", "people"
KEEP, RESET = ("suspend", "reject", "revoke", "close", "expire", "end_with_parent", "void", "withdraw"), ("resume",)
ALARM = re.compile(r"(?:(?P<quantity>.+) )?L(?P<level>\d+)(?: (?P<place>.+))?")
Found = tuple[str, dict[str, Any]]

permit = sa.table(
    "permit",
    sa.column("id", Id),
    sa.column("reason", sa.Text),
    sa.column("reason_code", sa.Text),
    sa.column("reason_about", JsonDocument),
)
step = sa.table(
    "permit_step",
    sa.column("permit_id", Id),
    sa.column("version", sa.Integer),
    sa.column("event", sa.Text),
    sa.column("by", sa.Text),
    sa.column("given", JsonDocument),
)


def upgrade() -> None:
    with op.batch_alter_table("permit") as table:
        table.add_column(sa.Column("reason_code", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("reason_about", JsonDocument, nullable=False, server_default="{}"))
    with op.batch_alter_table("permit") as table:
        table.alter_column("reason_code", server_default=None)
        table.alter_column("reason_about", server_default=None)
    bind = op.get_bind()
    for permit_id, steps in groupby(_steps(bind), key=lambda row: row.permit_id):
        _keep(bind, permit_id, steps)


def downgrade() -> None:
    with op.batch_alter_table("permit") as table:
        table.drop_column("reason_about")
        table.drop_column("reason_code")


def _steps(bind: sa.Connection) -> Iterator[sa.Row[Any]]:
    """Yield the steps that may have kept a reason, those of a permit in their order."""
    after, key = None, sa.tuple_(step.c.permit_id, step.c.version)
    wanted = sa.select(step).where(step.c.event.in_(KEEP + RESET)).order_by(step.c.permit_id, step.c.version)
    while True:
        more = wanted if after is None else wanted.where(key > sa.tuple_(*after))
        rows = bind.execute(more.limit(BATCH)).all()
        yield from rows
        if len(rows) < BATCH:
            return
        after = (sa.literal(rows[-1].permit_id, Id), sa.literal(rows[-1].version))


def _keep(bind: sa.Connection, permit_id: str, steps: Iterable[sa.Row[Any]]) -> None:
    """Give each step of a permit the code of its reason, none to what people wrote, and the permit that of the last."""
    kept: dict[str, Any] = {}
    for row in steps:
        code, about = _read(row)
        kept = {"reason_code": code, "reason_about": about} if code else {}
        if kept:
            own = (step.c.permit_id == permit_id, step.c.version == row.version)
            bind.execute(sa.update(step).where(*own).values(given={**row.given, **kept}))
    if kept:
        bind.execute(sa.update(permit).where(permit.c.id == permit_id).values(**kept))


def _read(row: sa.Row[Any]) -> Found:
    """Return code and subject of the line that a step of the system kept."""
    line, cause = row.given.get("reason") or "", row.given.get("cause") or ""
    if cause == ORDER:
        return "stop_order", {"number": line}
    if row.by != "clock" or not line:
        return "", {}
    if row.event == "expire":
        return "expired", {}
    if row.event == "end_with_parent" or cause in RELATED:
        number, _, state = line.rpartition(" ")
        return "related", {"number": number, "state": state}
    if line in CODES:
        return line, {}
    return ("person", {"problem": line}) if cause == PEOPLE else _alarm(ALARM.fullmatch(line))


def _alarm(found: re.Match[str] | None) -> Found:
    parts: Mapping[str, str | None] = found.groupdict() if found else {}
    if not parts:
        return "", {}
    return "alarm", {
        "quantity": parts["quantity"] or "",
        "level": int(parts["level"] or 0),
        "place": parts["place"] or "",
    }
