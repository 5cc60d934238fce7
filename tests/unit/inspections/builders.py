"""Hazards, steps with everything that they may need, and answers in which all is in order."""

from datetime import UTC, date, datetime
from typing import Any

from services.inspections.domain.checklists import Checklist, shown_items
from services.inspections.domain.hazard_facts import Hazard
from services.inspections.rules import default_checklists
from shared.machines import Step, clock_step

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # a Monday in China
TODAY = date(2026, 3, 2)
YESTERDAY = date(2026, 3, 1)
ROLES = {
    1: ("enterprise_principal",),
    2: ("intermediary_inspector",),
    3: ("subdistrict_officer",),
    4: ("bureau_officer",),
}
EVERYTHING: dict[str, Any] = {
    "description": "除尘器未泄爆",
    "place": "打磨车间",
    "reason": "复核后更正",
    "expert_opinion": "opinion-1",
    "before": ["photo-1"],
    "after": ["photo-2"],
    "responsible": "车间主任",
    "measures": "加装泄爆片",
    "funds": "2万元",
    "acceptance": "安全员",
    "goal": "消除隐患",
    "methods": "改造除尘系统",
    "people": "设备科",
    "schedule": "三个月",
    "emergency": "停机撤人",
    "condition": "干式除尘无泄爆",
    "difficulty": "需停产改造",
    "treatment": "更换设备",
    "told_workers_on": date(2026, 3, 2),
    "order_number": "责改〔2026〕1号",
    "decision": "区安委办〔2026〕3号",
    "evaluation": "report-1",
    "officers": ["officer-1", "officer-2"],
    "signed": True,
    "publication": "区政府网站",
    "receiver": "消防救援大队",
    "reply": "已查处",
    "ground": "penalties",
    "penalties_180_days": 3,
}
DEADLINES = {
    "order": date(2026, 3, 20),
    "extend": date(2026, 3, 25),
    "fail": date(2026, 3, 20),
    "approve_plan": date(2026, 9, 1),
    "request_extension": date(2026, 10, 1),
}


def a_hazard(state: str = "reported", **changes: Any) -> Hazard:
    """Return a hazard that a grid worker found today; a deadline runs where one would."""
    is_major = state.startswith("major") or state in ("open_major", "supervised", "cancelled", "close_proposed")
    last = date(2026, 9, 1) if is_major else date(2026, 3, 17)
    values: dict[str, Any] = {
        "state": state,
        "level": "major" if is_major else "general",
        "found_by": "finder",
        "found_tier": 3,
        "found_at": NOW,
        "deadline": last,
        "began_on": TODAY,
        "submitted_by": "safety-officer",
        "wanted_deadline": date(2026, 10, 1),
    }
    return Hazard(**(values | changes))


def a_step(event: str, *, by: str = "officer-1", tier: int = 4, now: datetime = NOW, **changes: Any) -> Step:
    """Return a step to which nothing is missing; None leaves something out."""
    given = EVERYTHING | ({"deadline": DEADLINES[event]} if event in DEADLINES else {}) | changes
    given = {name: value for name, value in given.items() if value is not None}
    return clock_step(event, now, **given) if event == "overdue" else Step(event, by, tier, now, given)


def default_list(name: str) -> Checklist:
    """Return a list of the default set."""
    return next(one for one in default_checklists() if one.id == name)


def all_normal(checklist: Checklist) -> dict[str, str]:
    """Return answers in which everything that appears is in order."""
    answers: dict[str, str] = {}
    for _ in checklist.items:
        for item in shown_items(checklist, answers):
            answers.setdefault(item.id, {"standard": "normal", "yes_no": "yes", "graded": "good"}[item.responses])
    return answers


def a_document(**head: Any) -> dict[str, Any]:
    """Return a list of two items, the second of which appears only after a fault of the first."""
    first = {"id": "A", "zh": "甲", "en": "a", "clause": "第一条", "responses": "standard", "weight": 2}
    second = {
        "id": "B", "zh": "乙", "en": "b", "clause": "第二条", "responses": "standard", "weight": 1,
        "shown_if": {"item": "A", "responses": ["abnormal"]},
    }  # fmt: skip
    values = {"id": "X", "version": 1, "zh": "表", "en": "list", "source": "s", "status": "design"}
    section = {"id": "s", "zh": "节", "en": "section", "item": [first, second]}
    return {"checklist": values | {"effective_from": "2026-01-01"} | head, "section": [section]}
