"""Cases of the list in a database: proposed upon a penalty, and led on to where a test needs them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from services.credit.domain.case_facts import DECISION, FIRM, NOTICE, REPAIR_NOTICE, Penalty
from services.credit.tables import enterprise, listing_case, listing_person, penalty
from services.credit.use_cases.cases import Proposal, propose_case, step_case
from services.credit.use_cases.restrictions import watch
from shared.clock import business_date
from shared.database import Database
from shared.ids import new_id
from shared.machines import Step

OFFICER, LEADER = ("bureau_officer",), ("bureau_leader",)
DAY = date(2026, 11, 2)  # a Monday
IDENTITY = "33100219800101123X"
PERSON = {"role": "principal", "name": "王建国", "identity": IDENTITY}
NOTICE_PARTS = {"facts": "瞒报事故", "basis": "第六条第四项", "measures": "第八条", "rights": "陈述、申辩"}
DECISION_PARTS = {
    "number": "（椒）应急失信〔2026〕1号",
    "facts": "瞒报事故",
    "basis": "第六条第四项",
    "measures": "第八条",
    "repair": "列入满十二个月可以申请",
    "remedies": "六十日内申请行政复议",
    "legal_review": "法审〔2026〕3号",
    "collective_decision": "会议纪要〔2026〕5号",
}


def at(day: date, hour: int = 2) -> datetime:
    """Return a moment of a day in China's business hours."""
    return datetime.combine(day, time(hour), tzinfo=UTC)


def a_step(event: str, *, on: date = DAY, by: str = "officer", roles: tuple[str, ...] = OFFICER, **given: Any) -> Step:
    return Step(event, by, 3, at(on), given, roles)


def proposed(database: Database, enterprise_id: str, *, on: date = DAY, **changes: Any) -> str:
    """Propose a firm and its principal for concealing an accident, and return the case's id."""
    wanted: dict[str, Any] = {
        "enterprise_id": enterprise_id,
        "condition": "BL-6-4",
        "penalty_id": new_id(),
        "facts": "瞒报事故",
        "basis": "第六条第四项",
        "penalty": Penalty("（椒）应急罚〔2026〕12号", "V-110", on, is_ours=True),
        "persons": [PERSON],
    }
    with database.transaction() as session:
        step = a_step("propose", on=on, facts="瞒报", basis="第六条第四项", is_confirmed=True, scope_reason="从业")
        return propose_case(session, Proposal(**{**wanted, **changes}), step=step)


def moved(database: Database, case_id: str, event: str, **options: Any) -> None:
    """Take one step with a case."""
    with database.transaction() as session:
        step_case(session, case_id, step=a_step(event, **options))


def delivered(session: Session, case_id: str, *documents: str, on: date) -> list[dict[str, Any]]:
    """Return deliveries of these documents to the firm and to everybody whom the case names."""
    people = session.scalars(select(listing_person.c.id).where(listing_person.c.case_id == case_id)).all()
    same = {"method": "direct", "proof": "送达回证", "served_on": on}
    return [{"document": document, "addressee": one, **same} for document in documents for one in (FIRM, *people)]


def served(database: Database, case_id: str, event: str, *, on: date, delivered_on: date | None = None) -> None:
    """Serve the notice, or the decision with the notice of repair, if not told otherwise on the day of the entry."""
    documents = (NOTICE,) if event == "serve_notice" else (DECISION, REPAIR_NOTICE)
    with database.transaction() as session:
        deliveries = delivered(session, case_id, *documents, on=delivered_on or on)
        step_case(session, case_id, step=a_step(event, on=on, deliveries=deliveries))


def decided(database: Database, enterprise_id: str, *, on: date = DAY, **changes: Any) -> str:
    """Return a case of which the listing was decided on a day."""
    case_id = proposed(database, enterprise_id, on=on, **changes)
    moved(database, case_id, "issue_notice", on=on, **NOTICE_PARTS)
    served(database, case_id, "serve_notice", on=on)
    moved(database, case_id, "state", on=on, statement="不服")
    moved(database, case_id, "decide_listing", on=on, by="leader", roles=LEADER, reply="不予采纳", **DECISION_PARTS)
    return case_id


def listed(database: Database, enterprise_id: str, *, on: date = DAY, **changes: Any) -> str:
    """Return a case that is on the list since a day."""
    case_id = decided(database, enterprise_id, on=on, **changes)
    served(database, case_id, "serve", on=on)
    moved(database, case_id, "record", on=on, system_number="X-1")
    moved(database, case_id, "publish", on=on)
    return case_id


def list_everywhere(database: Database, ids: Mapping[str, str], *, now: datetime) -> None:
    """Put each of these enterprises on the list, and watch it."""
    today = business_date(now)
    with database.transaction() as session:
        session.execute(update(enterprise).values(address="台州市椒江区"))
        session.execute(update(penalty).values(act="V-92-2", authority="台州市椒江区应急管理局"))
        for enterprise_id in ids.values():
            watch(session, enterprise_id, reason="多次违章", until=today + timedelta(days=30), by="a", now=now)
    for enterprise_id in ids.values():
        listed(database, enterprise_id, on=today)


def case_row(database: Database, case_id: str) -> Row[Any]:
    """Return the row of a case."""
    with database.reading() as session:
        return session.execute(select(listing_case).where(listing_case.c.id == case_id)).one()
