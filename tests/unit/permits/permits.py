"""Permits on their way, and steps to which nothing is missing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.permits.domain.permit_facts import GasResult, Member, Permit, Relative, Terms
from shared.machines import Step, clock_step

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # ten in the morning in China, a Monday
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
TERMS = Terms(
    max_hours=8, gases=("combustible",), gas_minutes=30, break_minutes=30, is_daily_gas=True,
    approval=("work_leader", "unit", "safety_dept"), tickets=("shift_leader",), stop_wind_force=5,
)  # fmt: skip
SPACE = Terms(
    max_hours=24, gases=("oxygen", "combustible"), gas_minutes=30, break_minutes=60, log_hours=2,
    is_continuous_gas=True, counts_heads=True, approval=("work_leader", "base_unit"),
)  # fmt: skip
INSIDE = Member("worker-3", "worker", is_in=True)
CREW = (Member("guardian-1", "guardian", True), Member("worker-1", "worker"), Member("worker-2", "worker"))
EVERYTHING: dict[str, Any] = {
    "description": "更换进料管法兰",
    "place": "一车间反应釜R101",
    "starts_at": NOW,
    "ends_at": NOW + 8 * HOUR,
    "hazards": [{"hazard": "火花引燃", "control": "清理可燃物"}],
    "unit_by": "unit-1",
    "work_unit_by": "leader-1",
    "answers": {1: True},
    "sampled_at": NOW - 10 * MINUTE,
    "isolation": ["V-101"],
    "blind_map": "file-1",
    "plan": "file-2",
    "briefed_by": "leader-1",
    "receivers": ["guardian-1", "worker-1", "worker-2"],
    "distance_m": 12.0,
    "person_id": "worker-1",
    "reason": "五级风",
    "cause": "weather",
    "cleared": "风停",
    "ventilated": True,
    "reconfirmed": True,
    "video_live": True,
    "detector_live": True,
    "wind_force": 2,
    "fire_out": True,
    "line_removed": True,
    "restored": True,
    "confirmed_by": "unit-1",
}


def gas(minutes: float = 10, *, group: str = "combustible", point: str = "middle", good: bool = True) -> GasResult:
    """Return a result taken so many minutes before ``NOW``."""
    return GasResult(group, point, NOW - timedelta(minutes=minutes), good, "analyst-1")


def a_relative(kind: str = "confined_space", state: str = "approved", **changes: Any) -> Relative:
    """Return another permit of the same job."""
    return replace(Relative("other", "child", kind, state, NOW + 8 * HOUR), **changes)


def a_permit(state: str = "draft", **changes: Any) -> Permit:
    """Return class 1 hot work of this morning for which everything is in order so far."""
    values: dict[str, Any] = {
        "state": state,
        "kind": "hot_work",
        "level": "L1",
        "applied_by": "applicant-1",
        "starts_at": NOW,
        "ends_at": NOW + 8 * HOUR,
        "terms": TERMS,
        "signed": ("work_leader", "unit"),
        "tickets": ("shift_leader",) if state not in ("approved",) else (),
        "measures": {1: True, 2: False},
        "gas": (gas(),),
        "crew": CREW,
        "suspended_at": NOW - 5 * MINUTE,
        "finished_at": NOW,
    }
    return Permit(**(values | changes))


def a_space(state: str = "active", **changes: Any) -> Permit:
    """Return work in a confined space."""
    values = {"kind": "confined_space", "level": "", "terms": SPACE, "signed": ("work_leader",)}
    return a_permit(state, **({"gas": (gas(), gas(group="oxygen")), **values} | changes))


def a_step(event: str, *, by: str = "approver-1", now: datetime = NOW, **changes: Any) -> Step:
    """Return a step to which nothing is missing; None leaves something out."""
    given = {name: value for name, value in (EVERYTHING | changes).items() if value is not None}
    is_clock = event in ("archive", "expire", "end_with_parent", "warn")
    return clock_step(event, now, **given) if is_clock else Step(event, by, 0, now, given)
