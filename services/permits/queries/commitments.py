"""Daily commitments within the caller's area, who owes one, and the figures of a day."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, or_, select
from sqlalchemy.orm import Session

from services.permits.domain.commitments import PUBLISHED, Commitment, month_of, next_tier
from services.permits.queries.enterprises import in_area
from services.permits.rules import commitment_rules
from services.permits.tables import commitment, commitment_step, commitment_version, duty_period, enterprise
from shared.database.bulk import among
from shared.errors import NotFound
from shared.security.principal import Principal

Document = dict[str, Any]
DUTY = "commitment"
_COLUMNS = commitment.c
MARKS: Mapping[str, ColumnElement[bool]] = {  # the figures of the board, each with the rows that it opens
    "owed": _COLUMNS.is_owed,
    "made": _COLUMNS.signed_at.is_not(None) & ~_COLUMNS.is_late,
    "late": _COLUMNS.is_late,
    "missed": _COLUMNS.is_missed,
    "awaited": _COLUMNS.signed_at.is_(None) & ~_COLUMNS.is_missed & _COLUMNS.is_owed,
    "disputed": _COLUMNS.is_disputed,
    "delegated": _COLUMNS.letter != "",
    "nil": _COLUMNS.is_nil,
}


class CommitmentNotFound(NotFound):
    code = "commitment_not_found"


def owing_on(session: Session, day: date, *, among_ids: Collection[str] | None = None) -> Mapping[str, Row[Any]]:
    """Return the enterprises that owe the commitment of ``day``, by id: the duty was known before the hour."""
    period, rules = duty_period.c, commitment_rules()
    joined = duty_period.join(enterprise, enterprise.c.enterprise_id == period.enterprise_id)
    runs = (period.starts_on <= day, or_(period.ends_on.is_(None), period.ends_on > day))
    columns = [enterprise.c[name] for name in ("enterprise_id", "division", "headcount")]
    owed = (period.duty == DUTY, *runs, enterprise.c.is_active)
    wanted = select(*columns, period.known_at).select_from(joined).where(*owed)
    if among_ids is not None:
        wanted = wanted.where(among(session, period.enterprise_id, set(among_ids)))
    rows: Any = session.execute(wanted.order_by(enterprise.c.enterprise_id))
    return {row.enterprise_id: row for row in rows if row.known_at < rules.deadline_of(row.division).due_at(day)}


def first_days(session: Session, enterprise_ids: Collection[str]) -> Mapping[str, date]:
    """Return the first day of the duty of those of the enterprises that have, or had, it."""
    period = duty_period.c
    own = (period.duty == DUTY, among(session, period.enterprise_id, set(enterprise_ids)))
    first = select(period.enterprise_id, func.min(period.starts_on)).where(*own).group_by(period.enterprise_id)
    return {row[0]: row[1] for row in session.execute(first)}


def commitments(principal: Principal, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads the commitments of the area; ``mark`` is one of ``MARKS``."""
    joined = commitment.join(enterprise, enterprise.c.enterprise_id == commitment.c.enterprise_id)
    given = {name: value for name, value in wanted.items() if value is not None}
    conditions = [commitment.c[name] == value for name, value in given.items() if name in commitment.c]
    if "mark" in given:
        conditions.append(MARKS[given["mark"]])
    if "subdistrict" in given:
        conditions.append(enterprise.c.subdistrict == given["subdistrict"])
    if "misses" in given:
        conditions.append(commitment.c.misses_this_month >= given["misses"])
    if "from" in given:
        conditions.append(commitment.c.day >= given["from"])
    if "to" in given:
        conditions.append(commitment.c.day <= given["to"])
    columns = (commitment, enterprise.c.name, enterprise.c.division, enterprise.c.subdistrict)
    return select(*columns).select_from(joined).where(in_area(principal), *conditions)


def visible_commitment(session: Session, principal: Principal, commitment_id: str) -> Row[Any]:
    """Return one commitment; raises ``CommitmentNotFound`` outside the area."""
    row = session.execute(commitments(principal, wanted={"id": commitment_id})).one_or_none()
    if row is None:
        raise CommitmentNotFound("There is no such commitment in your area.")
    return row


def commitment_of(session: Session, principal: Principal, enterprise_id: str, *, day: date) -> Row[Any] | None:
    """Return the commitment of an enterprise for a day, if there is one in the area."""
    wanted = commitments(principal, wanted={"enterprise_id": enterprise_id, "day": day})
    return session.execute(wanted).one_or_none()


def commitment_view(row: Row[Any]) -> Document:
    """Return a commitment with who judges next, and whether its misses suggest an entry in the credit record."""
    known = Commitment(row.day, row.state, row.tiers)
    limit = commitment_rules().misses_for_credit
    suggests = row.is_missed and row.misses_this_month >= limit
    return {**row._asdict(), "next_tier": next_tier(known), "suggests_credit_entry": suggests}


def history_of(session: Session, commitment_id: str) -> Document:
    """Return every step and every published version of a commitment, the first ones first."""
    steps = select(commitment_step).where(commitment_step.c.commitment_id == commitment_id)
    versions = select(commitment_version).where(commitment_version.c.commitment_id == commitment_id)
    return {
        "steps": session.execute(steps.order_by(commitment_step.c.version)).all(),
        "editions": session.execute(versions.order_by(commitment_version.c.edition)).all(),
    }


def suggested_content(session: Session, row: Row[Any], *, circumstances: Collection[str]) -> Document:
    """Return what the form begins with: today's, or what was said last, and what others know now."""
    rules, columns = commitment_rules(), commitment.c
    if row.content:
        return dict(row.content)
    earlier = (columns.enterprise_id == row.enterprise_id, columns.day < row.day, columns.state == PUBLISHED)
    last = session.scalar(select(columns.content).where(*earlier).order_by(columns.day.desc()).limit(1)) or {}
    works = {one.id for one in rules.works}
    kept = {name: value for name, value in last.items() if name in rules.fields and name not in works}
    return kept | {"has_major_hazard": "open_major" in circumstances}


def days_without(session: Session, enterprise_id: str, *, before: date) -> int:
    """Return for how many owed days running before a day nothing was signed."""
    columns = commitment.c
    earlier = (columns.enterprise_id == enterprise_id, columns.day < before, columns.is_owed)
    signed = select(func.max(columns.day)).where(*earlier, columns.signed_at.is_not(None)).scalar_subquery()
    since = func.coalesce(signed, date.min + timedelta(days=1))
    return session.scalar(select(func.count()).where(*earlier, columns.day > since)) or 0


def board(session: Session, principal: Principal, *, day: date) -> list[Document]:
    """Return the figures of a day by subdistrict of the area."""
    counts = [func.coalesce(func.sum(case((of, 1), else_=0)), 0).label(name) for name, of in MARKS.items()]
    place = enterprise.c.subdistrict
    counted = commitments(principal, wanted={"day": day}).with_only_columns(place, *counts, maintain_column_froms=True)
    return [row._asdict() for row in session.execute(counted.group_by(place).order_by(place))]


def published_on(day: date, *, enterprise_id: str | None = None) -> Select[Any]:
    """Return the statement that reads what the public may see of a day: who has committed to what, and when."""
    joined = commitment.join(enterprise, enterprise.c.enterprise_id == commitment.c.enterprise_id)
    columns = ("id", "enterprise_id", "day", "signed_at", "content", "is_nil", "is_late", "edition")
    shown = [commitment.c[name] for name in columns]
    conditions = [commitment.c.day == day, commitment.c.state == PUBLISHED]
    if enterprise_id:
        conditions.append(commitment.c.enterprise_id == enterprise_id)
    return select(*shown, enterprise.c.name).select_from(joined).where(*conditions)


def misses_in_month(session: Session, enterprise_id: str, *, day: date) -> int:
    """Return how many commitments an enterprise has missed in the month of a day, up to that day."""
    own = (_COLUMNS.enterprise_id == enterprise_id, _COLUMNS.is_missed)
    return session.scalar(select(func.count()).where(*own, _COLUMNS.day >= month_of(day), _COLUMNS.day <= day)) or 0
