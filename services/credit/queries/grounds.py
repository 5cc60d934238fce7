"""What a case rests on: the penalty decision, the accidents on record; and what the records show without a case."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from services.credit.domain.case_conditions import Accident, Condition, accidents_of_penalty, suggested_conditions
from services.credit.domain.case_facts import REVOKED, Penalty
from services.credit.domain.penalties import NATURAL
from services.credit.domain.publicity import WITHDRAWN
from services.credit.queries.enterprises import in_area
from services.credit.rules import case_rules
from services.credit.tables import accident, enterprise, listing_case, penalty
from shared.calendar import months_later
from shared.database.bulk import among
from shared.errors import NotFound
from shared.security.principal import Principal

MONTHS_BACK = 24  # 行政处罚法 第三十六条: what lies further back is hardly worth a case
MOST = 50
Document = dict[str, Any]


class GroundsNotFound(NotFound):
    code = "grounds_not_found"


def penalty_behind(session: Session, enterprise_id: str, *, penalty_id: str) -> Penalty:
    """Return the penalty decision against an enterprise as a case sees it; raises ``GroundsNotFound``."""
    own = select(penalty).where(penalty.c.id == penalty_id, penalty.c.enterprise_id == enterprise_id)
    row = session.execute(own.with_for_update()).one_or_none()
    if row is None:
        raise GroundsNotFound("There is no such penalty decision against this enterprise.")
    return Penalty(
        number=row.document_number,
        clause=row.act,
        decided_on=row.decided_on,
        is_ours=case_rules().department in row.authority,
        is_effective=row.state != WITHDRAWN,
        is_against_person=row.subject_kind == NATURAL,
    )


def accidents_behind(session: Session, enterprise_id: str) -> tuple[Accident, ...]:
    """Return the accidents on record of an enterprise."""
    own = select(accident).where(accident.c.enterprise_id == enterprise_id).order_by(accident.c.occurred_on)
    return tuple(Accident(row.grade, row.occurred_on) for row in session.execute(own))


def suggestions(session: Session, principal: Principal, *, today: date, enterprise_id: str = "") -> list[Document]:
    """Return up to 50 penalties of the area with the conditions that their records meet, the latest first."""
    rows = _own_penalties(session, principal, since=months_later(today, -MONTHS_BACK), enterprise_id=enterprise_id)
    accidents = _accidents(session, [row.enterprise_id for row in rows])
    known = _known(session, [row.id for row in rows])
    found = []
    for row in rows:
        recorded = accidents.get(row.enterprise_id, [])
        counted = accidents_of_penalty(recorded, decided_on=row.decided_on, since=case_rules().first_day)
        for one in suggested_conditions(case_rules().conditions, clause=row.act, accidents=counted):
            is_of_listed = not one.names_firm or row.subject_kind != NATURAL
            if is_of_listed and (row.id, one.code) not in known:
                found.append(_suggestion(row, one))
    return found[:MOST]


def _own_penalties(session: Session, principal: Principal, *, since: date, enterprise_id: str) -> Sequence[Row[Any]]:
    columns = penalty.c
    joined = penalty.join(enterprise, enterprise.c.enterprise_id == columns.enterprise_id)
    conditions = [
        in_area(principal),
        columns.decided_on >= since,
        columns.state != WITHDRAWN,
        columns.authority.contains(case_rules().department, autoescape=True),
        *([columns.enterprise_id == enterprise_id] if enterprise_id else []),
    ]
    wanted = select(penalty, enterprise.c.name).select_from(joined).where(*conditions)
    return session.execute(wanted.order_by(columns.decided_on.desc(), columns.id.desc())).all()


def _accidents(session: Session, enterprise_ids: Sequence[str]) -> dict[str, list[Accident]]:
    found: dict[str, list[Accident]] = {}
    for row in session.execute(select(accident).where(among(session, accident.c.enterprise_id, enterprise_ids))):
        found.setdefault(row.enterprise_id, []).append(Accident(row.grade, row.occurred_on))
    return found


def _known(session: Session, penalty_ids: Sequence[str]) -> set[tuple[str, str]]:
    columns = listing_case.c
    wanted = select(columns.penalty_id, columns.condition).where(among(session, columns.penalty_id, penalty_ids))
    rows = session.execute(wanted.where(columns.state != REVOKED))
    return {(row.penalty_id, row.condition) for row in rows}


def _suggestion(row: Row[Any], one: Condition) -> Document:
    named = {name: getattr(row, name) for name in ("enterprise_id", "name", "document_number", "decided_on")}
    words = {"condition": one.code, "condition_zh": one.zh, "condition_en": one.en, "clause": one.source.clause}
    return {**named, **words, "penalty_id": row.id, "confirms": one.confirms}
