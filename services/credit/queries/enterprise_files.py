"""What credit adds to the file of an enterprise: penalties, its place on the list, accidents, exposures."""

from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.credit.domain.case_facts import LISTED
from services.credit.domain.penalties import NATURAL
from services.credit.domain.publicity import WITHDRAWN
from services.credit.queries.cases import known_to
from services.credit.rules import case_rules
from services.credit.tables import accident, exposure, listing_case, penalty, watched
from shared.calendar import months_later
from shared.security.principal import Principal

LATEST = 5
YEAR = 12  # months
OVERSEE = "credit:oversee"
Document = dict[str, Any]


def credit_in_file(session: Session, principal: Principal, *, enterprise_id: str, today: date) -> Document:
    """Return what stands against an enterprise; a decision against a person is not the enterprise's.

    The enterprise itself hears of a case by its notice, and only who oversees credit whether it is watched.
    """
    columns = penalty.c
    own = (columns.enterprise_id == enterprise_id, columns.subject_kind != NATURAL, columns.state != WITHDRAWN)
    wanted = select(penalty).where(*own).order_by(columns.decided_on.desc(), columns.id.desc())
    in_year = select(func.count()).where(*own, columns.decided_on > months_later(today, -YEAR))
    cases = select(listing_case).where(listing_case.c.enterprise_id == enterprise_id).order_by(listing_case.c.id.desc())
    rows = session.execute(cases.where(*known_to(principal)).limit(LATEST)).all()
    listings = [row for row in session.execute(cases.where(listing_case.c.state.in_(LISTED))) if _names_firm(row)]
    return {
        "enterprise_id": enterprise_id,
        "penalties": session.execute(wanted.limit(LATEST)).all(),
        "penalties_in_year": session.scalar(in_year) or 0,
        "is_listed": bool(listings),
        "managed_until": max((row.managed_until for row in listings), default=None),
        "cases": [_case(row) for row in rows],
        "accidents": _count(session, accident, enterprise_id),
        "exposures": _count(session, exposure, enterprise_id, exposure.c.is_shown),
        "is_watched": principal.may(OVERSEE) and bool(_count(session, watched, enterprise_id, watched.c.is_open)),
    }


def _names_firm(row: Any) -> bool:
    return case_rules().conditions.condition(row.condition).names_firm


def _case(row: Any) -> Document:
    rules = case_rules()
    state, condition = rules.machine.states[row.state], rules.conditions.condition(row.condition)
    words = {"state_zh": state.zh, "state_en": state.en, "condition_zh": condition.zh, "condition_en": condition.en}
    return {"id": row.id, "state": row.state, "is_open": row.is_open, "clause": condition.source.clause, **words}


def _count(session: Session, table: Any, enterprise_id: str, *conditions: Any) -> int:
    own = select(func.count()).select_from(table).where(table.c.enterprise_id == enterprise_id, *conditions)
    return session.scalar(own) or 0
