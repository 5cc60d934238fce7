"""Builders for cases of the list: a case in any state, and the steps of whoever acts."""

from datetime import UTC, date, datetime, time
from typing import Any

from services.credit.domain.case_facts import (
    DECISION,
    EARLY,
    FIRM,
    NOTICE,
    REPAIR_NOTICE,
    Case,
    Penalty,
    Person,
)
from services.credit.domain.limits import CaseDays
from services.credit.rules.cases import case_rules
from shared.machines import Step, clock_step

RULES = case_rules()
TODAY = date(2026, 11, 26)
OFFICER, LEADER, FIRM_USER = ("bureau_officer",), ("bureau_leader",), ("enterprise_user",)
PERSON = Person("p1", "principal", "王*", "3****************X")
PENALTY = Penalty("（椒）应急罚〔2026〕12号", "V-114-2", date(2026, 11, 2), is_ours=True)
ROLES = {
    **dict.fromkeys(("decide_listing", "decide_against", "grant", "refuse", "revoke", "restore"), LEADER),
    **dict.fromkeys(("state", "apply_early_removal"), FIRM_USER),
}


def delivered(*documents: str, on: date = TODAY, to: tuple[str, ...] = (FIRM, "p1")) -> list[dict[str, Any]]:
    return [
        {"document": document, "addressee": one, "method": "direct", "proof": "送达回证", "served_on": on}
        for document in documents
        for one in to
    ]


GIVEN: dict[str, Any] = {
    "facts": "两起较大事故",
    "basis": "第六条第二项",
    "measures": "第八条",
    "rights": "陈述、申辩",
    "is_confirmed": True,
    "statement": "不服",
    "reply": "不予采纳",
    "legal_review": "法审〔2026〕3号",
    "collective_decision": "会议纪要〔2026〕5号",
    "number": "（椒）应急失信〔2026〕1号",
    "repair": "满十二个月",
    "remedies": "行政复议、行政诉讼",
    "system_number": "X-1",
    "application": "申请提前移出",
    "duty_proof": "缴款书",
    "promise": "信用承诺书",
    "duty_done": True,
    "harm_removed": True,
    "no_relapse": True,
    "reason": "理由",
}


def a_case(state: str, **changes: Any) -> Case:
    """Return a case in ``state`` of which every step of that state may be taken on ``TODAY``."""
    days = {
        "noticed": CaseDays(notice_served_on=date(2026, 11, 24)),
        "under_review": CaseDays(notice_served_on=date(2026, 11, 10)),
        "decided": CaseDays(decided_on=date(2026, 11, 24)),
        "served": CaseDays(decided_on=date(2026, 11, 24)),
        "recorded": CaseDays(decided_on=date(2026, 11, 24)),
        "removing": CaseDays(decided_on=date(2024, 5, 6), removal_on=date(2026, 11, 24), is_system_updated=True),
        "removed": CaseDays(decided_on=date(2024, 5, 6), removal_on=date(2026, 6, 1), is_system_updated=True),
    }
    listed, until = date(2024, 5, 6), date(2027, 5, 6)
    usual: dict[str, Any] = {
        "state": state,
        "condition": RULES.conditions.condition("BL-6-3"),
        "penalty": PENALTY,
        "industry": "C2614",
        "proposed_by": "proposer",
        "persons": (PERSON,),
        "days": days.get(state, CaseDays(decided_on=listed, listed_on=listed, managed_until=until)),
        "removal": EARLY,
        "published": dict.fromkeys(("name", "address", "uscc", "managed_until", "decided_by"), "…"),
    }
    return Case(**{**usual, **changes})


def a_step(event: str, *, on: date = TODAY, by: str = "reviewer", roles: tuple[str, ...] = (), **given: Any) -> Step:
    """Return a step with everything that any step asks for; ``given`` changes it."""
    now = datetime.combine(on, time(2), tzinfo=UTC)
    if event in ("window_elapsed", "expire"):
        return clock_step(event, now)
    documents = {"serve": (DECISION, REPAIR_NOTICE), "serve_notice": (NOTICE,)}.get(event, ())
    whole = {**GIVEN, "deliveries": delivered(*documents, on=on), **given}
    return Step(event, by, 0, now, whole, roles or ROLES.get(event, OFFICER))
