"""Who is on the list now, by code or by name, and what was answered before."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.orm import Session

from services.credit.domain.case_facts import LISTED
from services.credit.domain.checks import Listing, Subject
from services.credit.domain.limits import early_from
from services.credit.domain.measures import SUPERVISION
from services.credit.domain.penalties import NATURAL, without_persons
from services.credit.rules import case_rules, measure_rules
from services.credit.tables import check_receipt, enterprise, listing_case, merged_enterprise, penalty
from shared.database.bulk import among
from shared.errors import NotFound
from shared.security.principal import Principal

MOST_NAMES = 20
Document = dict[str, Any]
Told = tuple[dict[str, list[Listing]], dict[str, list[Document]]]


class ReceiptNotFound(NotFound):
    code = "receipt_not_found"


def subjects_by_code(session: Session, codes: Sequence[str], *, today: date) -> list[Subject]:
    """Return the subjects of ``codes`` in their order; an unknown code is a subject without a name."""
    firms = _firms().where(among(session, enterprise.c.uscc, codes)).order_by(enterprise.c.enterprise_id)
    known: dict[str, list[Row[Any]]] = {}
    for row in session.execute(firms):
        known.setdefault(row.uscc, []).append(row)
    told = _told(session, [row.present_id for rows in known.values() for row in rows], today)
    return [_subject(code, known.get(code, []), told) for code in codes]


def subjects_by_name(session: Session, name: str, *, today: date) -> list[Subject]:
    """Return up to 20 subjects whose name holds ``name``, for a clerk who has no code."""
    columns = enterprise.c
    wanted = _firms().where(columns.name.contains(name, autoescape=True)).order_by(columns.name, columns.uscc)
    rows = session.execute(wanted.limit(MOST_NAMES)).all()
    told = _told(session, [row.present_id for row in rows], today)
    return [_subject(row.uscc, [row], told) for row in rows]


def _firms() -> Select[Any]:
    """Return the statement of all entries, each with the one that it is part of now: what is told is about that one."""
    merged = merged_enterprise.c
    joined = enterprise.outerjoin(merged_enterprise, merged.merged_id == enterprise.c.enterprise_id)
    present_id = func.coalesce(merged.kept_id, enterprise.c.enterprise_id).label("present_id")
    return select(enterprise, present_id).select_from(joined)


def is_listed(today: date) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a case that is on the list on a day: its period runs, whenever the clock ends it."""
    return listing_case.c.state.in_(LISTED), listing_case.c.managed_until >= today


def _told(session: Session, enterprise_ids: Sequence[str], today: date) -> Told:
    return _listings(session, enterprise_ids, today), _penalties(session, enterprise_ids, today)


def _subject(code: str, rows: Sequence[Row[Any]], told: Told) -> Subject:
    """A code may stand for more than one entry (an override repeats it): what is told of any of them counts."""
    listed, punished = told
    ids = dict.fromkeys(row.present_id for row in rows)
    listings = [one for each in ids for one in listed.get(each, [])]
    penalties = [one for each in ids for one in punished.get(each, [])]
    return Subject(code, rows[0].name if rows else "", tuple(listings), tuple(penalties))


def _penalties(session: Session, enterprise_ids: Sequence[str], today: date) -> dict[str, list[Document]]:
    """Return the penalties that are public now; what was repaired, withdrawn or is over is absent."""
    columns = penalty.c
    of_firms = (columns.subject_kind != NATURAL, among(session, columns.enterprise_id, enterprise_ids))
    shown = (columns.is_shown, columns.shown_until >= today, *of_firms)
    found: dict[str, list[Document]] = {}
    for row in session.execute(select(penalty).where(*shown).order_by(columns.decided_on, columns.id)):
        told = {name: getattr(row, name) for name in ("document_number", "penalty_class", "kinds", "fine")}
        told["conduct"] = without_persons(row.conduct)
        days = {name: getattr(row, name).isoformat() for name in ("decided_on", "shown_until")}
        found.setdefault(row.enterprise_id, []).append({**told, **days})
    return found


def _listings(session: Session, enterprise_ids: Sequence[str], today: date) -> dict[str, list[Listing]]:
    columns = listing_case.c
    on_the_list = (*is_listed(today), among(session, columns.enterprise_id, enterprise_ids))
    wanted = select(listing_case).where(*on_the_list).order_by(columns.listed_on, columns.id)
    found: dict[str, list[Listing]] = {}
    for row in session.execute(wanted):
        if not case_rules().conditions.condition(row.condition).names_firm:
            continue
        found.setdefault(row.enterprise_id, []).append(listing_of(row))
    return found


def listing_of(row: Row[Any]) -> Listing:
    """Return a listing that is in force as it is told."""
    rules = case_rules()
    condition = rules.conditions.condition(row.condition)
    return Listing(
        code=condition.code,
        reason=condition.zh,
        basis=f"{measure_rules().order} {condition.source.clause}",
        decision_number=row.decision["number"],
        decided_by=rules.department,
        listed_on=row.listed_on,
        managed_until=row.managed_until,
        early_removal_from=early_from(rules.limits_on(row.decided_on), row.listed_on),
    )


def receipts(principal: Principal) -> Select[Any]:
    """Return the statement of what was answered to who asks now, to the own agency, for the bureau's leader to all."""
    if case_rules().leader in principal.roles:
        return select(check_receipt)
    columns = check_receipt.c
    is_own = columns.by == principal.subject
    if principal.agency_id:
        is_own = or_(is_own, columns.agency_id == principal.agency_id)
    return select(check_receipt).where(is_own)


def receipt(session: Session, principal: Principal, receipt_id: str) -> Row[Any]:
    """Return one answer; raises ``ReceiptNotFound`` for what was answered to somebody else."""
    wanted = receipts(principal).where(check_receipt.c.id == receipt_id)
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise ReceiptNotFound("There is no such answer.")
    return row


def purpose_table() -> Document:
    """Return the purposes for which somebody may ask, the measures, and which agency executes which."""
    rules = measure_rules()
    measures = [*rules.measures.values(), *rules.restrictions.values()]
    return {
        "list_code": rules.list_code,
        "list_name": rules.list_name,
        "version": rules.version,
        "source": rules.source.document,
        "status": rules.source.status,
        "purposes": [{"code": one.code, "zh": one.zh, "en": one.en} for one in rules.purposes.values()],
        "own_purpose": SUPERVISION,
        "measures": measures,
    }
