"""Permits for the special work of one enterprise, led on by its people until each stands where it is to be seen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, radians
from typing import Any

from deploy.demonstration.lists import Client

Document = dict[str, Any]

METRES_OF_A_DEGREE = 111_320
BEGUN = timedelta(minutes=30)  # so long ago a permit begins to count
GASES: Mapping[str, Document] = {
    "combustible": {"gas": "methane", "value": 0.1, "unit": "vol_pct"},
    "oxygen": {"gas": "oxygen", "value": 20.9, "unit": "vol_pct"},
    "toxic": {"gas": "hydrogen_sulphide", "value": 1.0, "unit": "mg_m3"},
}
START: Document = {"video_live": True, "detector_live": True, "ventilated": True, "wind_force": 2}
FINISH: Document = {"fire_out": True, "line_removed": True}
ROLES = ("work_leader", "worker", "guardian")


@dataclass(frozen=True)
class Plant:
    """An enterprise: its gate, who applies and who approves there, and its people by what the table calls them."""

    enterprise_id: str
    gate: tuple[float, float]
    foreman: Client
    approver: Client
    crew: Mapping[str, str]

    def at(self, east: float, north: float) -> Document:
        """Return the position so many metres from the gate."""
        longitude, latitude = self.gate
        wide = METRES_OF_A_DEGREE * cos(radians(latitude))
        return {
            "longitude": round(longitude + east / wide, 6),
            "latitude": round(latitude + north / METRES_OF_A_DEGREE, 6),
        }

    def crew_of(self, work: Document) -> dict[str, str]:
        """Return who does a work, by role."""
        named = {role: role for role in ROLES} | {"guardian": work.get("guardian", "guardian")}
        return {role: self.crew[one] for role, one in named.items()}


@dataclass(frozen=True)
class Job:
    """A permit on its way, with the row of the table that it comes from."""

    plant: Plant
    id: str
    work: Document
    hazards: list[Document]
    notes: Mapping[str, str]

    @property
    def here(self) -> Document:
        return self.plant.at(self.work["east"], self.work["north"])

    @property
    def crew(self) -> dict[str, str]:
        return self.plant.crew_of(self.work)

    def shown(self) -> Document:
        """Return the permit as it stands."""
        return self.plant.foreman.call("GET", f"permits/permits/{self.id}")

    def take(self, action: str, *, by: Client | None = None, **given: Any) -> None:
        """Send a step; one without a route of its own goes to ``steps``."""
        own = action in _ROUTES
        path, body = (action, given) if own else ("steps", {"event": action, **given})
        (by or self.plant.foreman).call("POST", f"permits/permits/{self.id}/{path}", json=body)


def permit_work(plant: Plant, work: Document, *, words: Document, now: datetime) -> None:
    """Apply for one work of the table ``words`` and lead its permit to the state that the table names."""
    job = Job(plant, _applied(plant, work, now=now), work, words["hazards"], words["notes"][work["kind"]])
    before, last = _ENDS.get(work["until"], (work["until"], None))
    for state in _WAY[: _WAY.index(before) + 1]:
        _LEADS[state](job)
    if last:
        last(job)


def _applied(plant: Plant, work: Document, *, now: datetime) -> str:
    starts_at = now - BEGUN
    crew = [{"person_id": person_id, "role": role} for role, person_id in plant.crew_of(work).items()]
    content = {name: work[name] for name in ("kind", "description", "place", "facts")}
    times = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=work["hours"])).isoformat()}
    where = {**plant.at(work["east"], work["north"]), "accuracy_m": 5}
    body = {"enterprise_id": plant.enterprise_id, **content, **times, **where, "crew": crew}
    return str(plant.foreman.call("POST", "permits/permits", json=body)["id"])


def _prepare(job: Job) -> None:
    """Analyse, confirm every measure, measure the air, brief the crew."""
    crew = job.crew
    job.take("analyse", hazards=job.hazards, unit_by=job.plant.crew["unit"], work_unit_by=crew["work_leader"])
    numbers = [one["number"] for one in job.shown()["measures"]]
    job.take("answer", answers={str(number): True for number in numbers}, notes=job.notes)
    for gas in job.shown()["terms"]["gases"]:
        job.take("gas-tests", point="中部", **GASES[gas])
    job.take("confirm", isolation=["演示阀V-101"], blind_map="演示盲板图", plan="演示作业方案")
    others = [person for role, person in crew.items() if role != "work_leader"]
    job.take("brief", briefed_by=crew["work_leader"], receivers=others)


def _sign(job: Job) -> None:
    """Sign in every role before the last one: the foreman where the post allows it, else the principal."""
    own = job.plant.foreman.call("GET", "permits/signing")["roles"]
    for role in job.shown()["terms"]["approval"][:-1]:
        job.take("signatures", by=None if role in own else job.plant.approver, role=role, opinion="同意", **job.here)


def _approve(job: Job) -> None:
    job.take("approve", by=job.plant.approver, opinion="同意", **job.here)


def _start(job: Job) -> None:
    for role in job.shown()["terms"]["tickets"]:
        job.take("signatures", role=role, **job.here)
    job.take("check_in", person_id=job.crew["guardian"])
    job.take("start", **START)


def _suspend(job: Job) -> None:
    job.take("suspend", reason=job.work["reason"], cause="weather")


def _reject(job: Job) -> None:
    job.take("approve", by=job.plant.approver, approved=False, reason=job.work["reason"])


def _close(job: Job) -> None:
    job.take("finish", **FINISH)
    job.take("close", by=job.plant.approver, restored=True)


_ROUTES = ("submit", "approve", "start", "suspend", "finish", "close", "gas-tests", "signatures")
_LEADS: Mapping[str, Callable[[Job], None]] = {
    "draft": lambda _: None,
    "reserved": lambda job: job.take("submit"),
    "briefed": _prepare,
    "in_approval": lambda job: job.take("send"),
    "signed": _sign,
    "approved": _approve,
    "active": _start,
}
_WAY = tuple(_LEADS)
_ENDS: Mapping[str, tuple[str, Callable[[Job], None]]] = {
    "rejected": ("signed", _reject),
    "suspended": ("active", _suspend),
    "finished": ("active", lambda job: job.take("finish", **FINISH)),
    "closed": ("active", _close),
}
