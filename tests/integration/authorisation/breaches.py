"""What credit knows of each enterprise of the small running system."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from services.credit.domain.accidents import Accident
from services.credit.domain.attestations import Attestation
from services.credit.domain.penalties import Decision
from services.credit.use_cases.accidents import record_accident
from services.credit.use_cases.attestations import attest
from services.credit.use_cases.exposures import Proposal, propose_exposure, step_exposure
from services.credit.use_cases.penalties import record_penalty
from services.credit.use_cases.suggestions import keep_hazards, suggest_from
from services.credit.use_cases.violations import Breach, record_violation
from shared.clock import business_date
from shared.contracts.inspections import HazardFound, HazardOverdue
from shared.database import Database, Session
from shared.ids import new_id
from shared.machines import Step
from tests.support.events import received


def breach_everywhere(database: Database, enterprises: Mapping[str, str], *, now: datetime) -> None:
    """Let each enterprise have done something wrong, and a penalty for it."""
    today = business_date(now)
    officer = Step("record", "officer-1", 3, now)
    with database.transaction() as session:
        for part, enterprise_id in enterprises.items():
            record_violation(session, Breach(enterprise_id, "V-102", "general", "无护栏", today), by="a-1", now=now)
            said = {"conduct": "未消除隐患", "facts": "无护栏", "basis": "安全生产法", "content": "警告"}
            decided = {"kinds": ["warning"], "decided_on": today, "authority": "应急管理局"}
            _expose(session, enterprise_id, step=officer)
            shown = Attestation(enterprise_id, "model_municipal", "3号文", today, today)
            attest(session, shown, by="a-1", now=now)
            happened = Accident(enterprise_id=enterprise_id, occurred_on=today, kind="fall")
            record_accident(session, happened, by="a-1", now=now)
            for number in range(3):
                numbered = decided | {"document_number": f"{part}-{number}"}
                record_penalty(session, Decision(enterprise_id=enterprise_id, **said, **numbered), step=officer)
            overdue = HazardOverdue(hazard_id=new_id(), enterprise_id=enterprise_id, level="major")
            suggest_from(session, overdue, now=now)
            found = HazardFound(hazard_id=new_id(), enterprise_id=enterprise_id, level="major")
            keep_hazards(session, [received(found)], now=now)


def _expose(session: Session, enterprise_id: str, *, step: Step) -> None:
    """Let an enterprise be named in public."""
    proposal = Proposal(enterprise_id, "typical_case", "案例", "无护栏", "安全生产法", 12)
    exposure_id = propose_exposure(session, proposal, by="a-1", now=step.now)
    step_exposure(session, exposure_id, step=replace(step, event="publish"))
