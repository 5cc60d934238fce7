"""Hazardous work in figures: permits, why they stopped or ended, how long approval took, commitments, pilot reviews.

Every figure is a statement over sets; a permit belongs to the month in which its work was to begin.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, extract, func, literal, select
from sqlalchemy.orm import Session

from services.permits.queries.commitments import MARKS, commitments
from services.permits.queries.enterprises import start_of
from services.permits.queries.permits import cause_of, permits, suspensions
from services.permits.queries.reviews import reviews
from services.permits.queries.stop_orders import stop_orders
from services.permits.rules.reviews import review_rules
from services.permits.rules.statistics import statistics_rules
from services.permits.rules.stop_orders import stop_order_rules
from services.permits.tables import commitment, enterprise, permit, permit_step, review, stop_order
from shared.security.principal import Principal

Document = dict[str, Any]
Wanted = Mapping[str, Any]
ENDED = ("expired", "void", "revoked", "rejected", "withdrawn")
COUNTED_MARKS = ("owed", "made", "late", "missed", "disputed")
MOST_REASONS = 20


def permits_in_figures(session: Session, principal: Principal, *, wanted: Wanted) -> list[Document]:
    """Return how many permits there are of each month, kind, level, state and subdistrict."""
    month = _month_of(permit.c.starts_at, wanted, moment=start_of)
    key = (month.label("month"), permit.c.kind, permit.c.level, permit.c.state, enterprise.c.subdistrict)
    return _grouped(session, permits(principal, wanted=wanted).with_only_columns(*key, maintain_column_froms=True))


def suspensions_in_figures(session: Session, principal: Principal, *, wanted: Wanted) -> list[Document]:
    """Return for each cause how many permits were suspended for it at least once, and how often that was."""
    columns = (cause_of().label("cause"), permit.c.id)
    suspended = permits(principal, wanted=wanted).with_only_columns(*columns, maintain_column_froms=True)
    rows = suspended.join(permit_step, suspensions()).subquery()
    counts = (func.count(rows.c.id.distinct()).label("count"), func.count().label("times"))
    counted = select(rows.c.cause, *counts).group_by(rows.c.cause).order_by(counts[0].desc(), rows.c.cause)
    return [row._asdict() for row in session.execute(counted)]


def endings_in_figures(session: Session, principal: Principal, *, wanted: Wanted) -> list[Document]:
    """Return for each state in which a permit counts no more the reasons that were given, the most frequent first."""
    written = case((permit.c.reason_code == "", permit.c.reason), else_="")
    key = (permit.c.state, permit.c.reason_code, written.label("reason"))
    ended = permits(principal, wanted=wanted).where(permit.c.state.in_(ENDED))
    found = ended.with_only_columns(*key, maintain_column_froms=True).subquery()
    counted = select(found, func.count().label("count")).group_by(*found.c)
    rows = session.execute(counted.order_by(func.count().desc(), *found.c).limit(MOST_REASONS))
    return [row._asdict() for row in rows]


def approvals_in_figures(session: Session, principal: Principal, *, wanted: Wanted) -> list[Document]:
    """Return how long it took from the last submission to the approval, by kind and level and for all (kind empty).

    Median and ninth decile are values that occurred (nearest rank), in minutes.
    """
    submitted = select(func.max(permit_step.c.at)).where(
        permit_step.c.permit_id == permit.c.id, permit_step.c.event == "submit"
    )
    seconds = _seconds_between(session, permit.c.approved_at, submitted.scalar_subquery())
    approved = permits(principal, wanted={**wanted, "is_approved": True})
    columns = (permit.c.kind, permit.c.level, seconds.label("seconds"))
    took = approved.with_only_columns(*columns, maintain_column_froms=True).subquery()
    rows = session.execute(_quantiles(took)).all()
    if not rows:
        return []
    whole = (rows[0].whole_size, *(max(row[column] or 0 for row in rows) for column in (-2, -1)))
    return [
        {"kind": kind, "level": level, "count": count, **_minutes(median, ninth)}
        for kind, level, count, median, ninth in (("", "", *whole), *(row[:5] for row in rows))
    ]


def orders_in_figures(session: Session, principal: Principal, *, wanted: Wanted) -> list[Document]:
    """Return how many stop orders were signed, by state and legal basis."""
    states = stop_order_rules().machine.states
    own = stop_orders(principal, wanted={name: wanted.get(name) for name in ("from", "to", "subdistrict")})
    rows = _grouped(session, own.with_only_columns(stop_order.c.state, stop_order.c.basis, maintain_column_froms=True))
    return [{**row, "zh": states[row["state"]].zh, "en": states[row["state"]].en} for row in rows]


def commitments_in_figures(session: Session, principal: Principal, *, wanted: Wanted) -> list[Document]:
    """Return for each month and subdistrict how many commitments were owed, made in time, late, missed, disputed."""
    month = _month_of(commitment.c.day, wanted, moment=lambda day: day)
    marks = [case((MARKS[name], 1), else_=0).label(name) for name in COUNTED_MARKS]
    given = {name: wanted.get(name) for name in ("from", "to", "subdistrict")}
    columns = (month.label("month"), enterprise.c.subdistrict, *marks)
    rows = commitments(principal, wanted=given).with_only_columns(*columns, maintain_column_froms=True).subquery()
    key = (rows.c.month, rows.c.subdistrict)
    sums = [func.coalesce(func.sum(rows.c[name]), 0).label(name) for name in COUNTED_MARKS]
    return [row._asdict() for row in session.execute(select(*key, *sums).group_by(*key).order_by(*key))]


def reviews_in_figures(session: Session, principal: Principal, *, wanted: Wanted) -> list[Document]:
    """Return how many pilot reviews came to each outcome; silence releases and is no answer."""
    given = {name: wanted.get(name) for name in ("from", "to", "subdistrict", "kind")}
    counted = reviews(principal, wanted=given).with_only_columns(review.c.outcome, maintain_column_froms=True)
    counts = {row["outcome"]: row["count"] for row in _grouped(session, counted)}
    outcomes = review_rules().outcomes.values()
    return [{"outcome": one.id, "zh": one.zh, "en": one.en, "count": counts.get(one.id, 0)} for one in outcomes]


def tallied(rows: Iterable[Mapping[str, Any]], *names: str) -> list[Document]:
    """Return the permits in ``rows`` added up by some of their columns, each with the groups of states."""
    group_of = {state: group.id for group in statistics_rules().groups for state in group.states}
    sums: dict[tuple[str, ...], dict[str, int]] = {}
    for row in rows:
        counts = sums.setdefault(tuple(row[name] for name in names), dict.fromkeys([*group_of.values()], 0))
        counts[group_of[row["state"]]] += row["count"]
    return [
        {**dict(zip(names, key, strict=True)), "total": sum(counts.values()), "groups": counts}
        for key, counts in sorted(sums.items())
    ]


def months_between(first: date, last: date) -> list[date]:
    """Return the first day of each month from that of ``first`` to that of ``last``."""
    months = [first.replace(day=1)]
    while (following := (months[-1] + timedelta(days=31)).replace(day=1)) <= last:
        months.append(following)
    return months


def figures_as_rows(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[list[str]]:
    """Yield each figure as a row of the file: the part, what is counted, the number."""
    rules, value = statistics_rules(), {"suspensions": "cause", "reviews": "outcome"}
    for part, rows in found.items():
        for row in _flat(rows) if part == "commitments" else rows:
            why = next((row[name] for name in ("basis", "reason", "reason_code") if row.get(name)), "")
            said = {"value": row.get(value.get(part, "state"), ""), **row, "reason": why}
            yield [rules.parts[part], *(str(said.get(name, "")) for name in list(rules.columns)[1:])]


def _flat(rows: Iterable[Mapping[str, Any]]) -> Iterator[Document]:
    for row in rows:
        yield from ({**row, "state": name, "count": row[name]} for name in COUNTED_MARKS)


def _grouped(session: Session, wanted: Select[Any]) -> list[Document]:
    """Return how many rows of a statement have each combination of its columns."""
    rows = wanted.subquery()
    key = list(rows.c)
    return [
        row._asdict()
        for row in session.execute(select(*key, func.count().label("count")).group_by(*key).order_by(*key))
    ]


def _month_of(column: ColumnElement[Any], wanted: Wanted, *, moment: Any) -> ColumnElement[str]:
    """Return the month in China of a day or moment, as text: compared with where each month begins."""
    months = months_between(wanted["from"], wanted["to"])
    earlier = [(column < moment(after), f"{month:%Y-%m}") for month, after in zip(months, months[1:], strict=False)]
    last = f"{months[-1]:%Y-%m}"
    return case(*earlier, else_=last) if earlier else literal(last)


def _seconds_between(session: Session, later: Any, earlier: Any) -> ColumnElement[Any]:
    if session.get_bind().dialect.name == "postgresql":
        return extract("epoch", later - earlier)
    return (func.julianday(later) - func.julianday(earlier)) * 86_400


def _quantiles(took: Any) -> Select[Any]:
    """Return the statement of size, median and ninth decile of the seconds by kind and level, then of all of them."""
    ranked = select(
        took, *_ranked(took.c.seconds, (took.c.kind, took.c.level), ""), *_ranked(took.c.seconds, None, "whole_")
    )
    rows = ranked.subquery()
    key = (rows.c.kind, rows.c.level)
    columns = (*_of_ranks(rows, ""), *_of_ranks(rows, "whole_"))
    return select(*key, *columns).group_by(*key).order_by(*key)


def _ranked(seconds: Any, group: Any, prefix: str) -> list[Any]:
    rank = func.row_number().over(partition_by=group, order_by=seconds).label(f"{prefix}rank")
    return [rank, func.count().over(partition_by=group).label(f"{prefix}size")]


def _of_ranks(rows: Any, prefix: str) -> list[Any]:
    """Return the columns size, median and ninth decile: the values at these ranks, where a group holds them."""
    rank, size = rows.c[f"{prefix}rank"], rows.c[f"{prefix}size"]
    places = ((size * share + 99) // 100 for share in (50, 90))
    values = [func.max(case((rank == place, rows.c.seconds))) for place in places]
    return [func.max(size).label(f"{prefix}size"), *values]


def _minutes(median: Any, ninth: Any) -> Document:
    return {"median_minutes": round(float(median) / 60, 1), "p90_minutes": round(float(ninth) / 60, 1)}
