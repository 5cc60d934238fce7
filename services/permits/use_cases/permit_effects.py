"""What a step of a permit writes beside its state."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.orm import Session

from services.permits.domain.chains import APPROVAL, START
from services.permits.domain.gases import GasSample, Verdict, judge
from services.permits.domain.permit_facts import CONFINED_SPACE
from services.permits.queries.places import place_of
from services.permits.rules import ruleset
from services.permits.tables import gas_test, permit_measure, permit_person, permit_signature
from services.permits.use_cases.attachments import check_photos
from shared.machines import NotAllowed, Step, require

Changes = dict[str, Any]
CONTENT = (
    "description", "place", "place_id", "longitude", "latitude", "accuracy_m", "starts_at", "ends_at", "facts", "form",
)  # fmt: skip
TWICE = NotAllowed("named_twice", "Name each person once for each role.", field="crew")


def effects_of(session: Session, row: Row[Any], *, step: Step) -> Changes:
    """Write the rows that belong to a step and return the columns of the permit that it changes."""
    effect = _EFFECTS.get(step.event)
    return effect(session, row, step) if effect else {}


def placed(session: Session, enterprise_id: str, given: Mapping[str, Any]) -> Changes:
    """Return the position of the place that is named, as the ledger has it; nothing where it has none.

    Raises ``PlaceMalformed`` for a place that is not in the ledger of this enterprise.
    """
    spot = place_of(session, enterprise_id, given["place_id"]).spot if given["place_id"] else None
    return asdict(spot) if spot else {}


def keep_crew(session: Session, permit_id: str, crew: Sequence[Mapping[str, str]]) -> None:
    """Keep who is to work; nobody has come yet."""
    named = [{"person_id": one["person_id"], "role": one["role"]} for one in crew]
    rows = [{"permit_id": permit_id, "is_in": False, **one} for one in named]
    require(len({(one["person_id"], one["role"]) for one in rows}) == len(rows), TWICE)
    if rows:
        session.execute(insert(permit_person), rows)


def judged(row: Row[Any], given: Mapping[str, Any]) -> Verdict:
    """Return whether a result allows the work of the permit in ``row`` (5.2.7, 5.3.2, 6.4, 10.1)."""
    rules, lel = ruleset(row.ruleset).gases, given.get("lel")
    sample = GasSample(
        given["gas"],
        Decimal(str(given["value"])),
        given["unit"],
        bool(given.get("is_enriched")),
        Decimal(str(lel)) if lel is not None else None,
    )
    is_oxygen = bool(row.facts.get("oxygen_equipment"))
    purpose = "oxygen_equipment" if is_oxygen else row.kind if row.kind in rules.purposes else CONFINED_SPACE
    return judge(sample, purpose, rules=rules)


def _edit(session: Session, row: Row[Any], step: Step) -> Changes:
    session.execute(delete(permit_person).where(permit_person.c.permit_id == row.id))
    keep_crew(session, row.id, step.given["crew"])
    return {name: step.given[name] for name in CONTENT} | placed(session, row.enterprise_id, step.given)


def _analyse(session: Session, row: Row[Any], step: Step) -> Changes:
    names = ("hazards", "unit_by", "work_unit_by", "related")
    return {"is_frozen": True, "analysis": {name: step.given.get(name) for name in names}}


def _answer(session: Session, row: Row[Any], step: Step) -> Changes:
    columns, notes = permit_measure.c, step.given.get("notes") or {}
    for number, is_involved in step.given["answers"].items():
        own = update(permit_measure).where(columns.permit_id == row.id, columns.number == number)
        said = {"is_involved": is_involved, "note": (notes.get(number) or "").strip() or None}
        session.execute(own.values(answered_by=step.by, answered_at=step.now, **said))
    return {}


def _test_gas(session: Session, row: Row[Any], step: Step) -> Changes:
    given, verdict = step.given, judged(row, step.given)
    values = {
        "gas": given["gas"],
        "gas_group": ruleset(row.ruleset).gases.gas(given["gas"]).group,
        "point": given.get("point", ""),
        "value": given["value"],
        "unit": given["unit"],
        "judged_value": float(verdict.value),
        "limit_value": float(verdict.limit),
        "judged_unit": verdict.unit,
        "clause": verdict.clause,
        "is_acceptable": verdict.is_acceptable,
        "is_verified": verdict.is_verified,
        "sampled_at": given["sampled_at"],
        "device_at": given.get("device_at"),
        "entered_at": step.now,
        "by": step.by,
    }
    session.execute(insert(gas_test).values(permit_id=row.id, version=row.version + 1, **values))
    return {}


def _sign(session: Session, row: Row[Any], step: Step) -> Changes:
    return _kept(session, row, step, stage=APPROVAL, roles=row.terms["approval"])


def _check_ticket(session: Session, row: Row[Any], step: Step) -> Changes:
    return _kept(session, row, step, stage=START, roles=row.terms["tickets"])


def _approve(session: Session, row: Row[Any], step: Step) -> Changes:
    return {"approved_at": step.now, **_sign(session, row, step)}


def _kept(session: Session, row: Row[Any], step: Step, *, stage: str, roles: list[str]) -> Changes:
    """Keep a signature; without a role it is that of the next one who has to sign."""
    own = (permit_signature.c.permit_id == row.id, permit_signature.c.stage == stage)
    before = session.scalar(select(func.count()).select_from(permit_signature).where(*own)) or 0
    words = {name: step.given.get(name, "") for name in ("opinion", "method", "remote_reason", "photo")}
    check_photos(session, [words["photo"]] if words["photo"] else [], owner=row.enterprise_id, field="photo")
    where = {name: step.given.get(name) for name in ("device_at", "longitude", "latitude", "distance_m")}
    role = step.given.get("role") or roles[before]
    values = {"stage": stage, "role": role, "position": before + 1, "by": step.by, "at": step.now}
    session.execute(insert(permit_signature).values(permit_id=row.id, **values, **words, **where))
    return {}


def _check_in(session: Session, row: Row[Any], step: Step) -> Changes:
    return _present(session, row, step, is_in=True)


def _check_out(session: Session, row: Row[Any], step: Step) -> Changes:
    return _present(session, row, step, is_in=False)


def _present(session: Session, row: Row[Any], step: Step, *, is_in: bool) -> Changes:
    columns = permit_person.c
    own = update(permit_person).where(columns.permit_id == row.id, columns.person_id == step.given["person_id"])
    session.execute(own.values(is_in=is_in, away_since=None, **{"in_at" if is_in else "out_at": step.now}))
    return {}


def _start(session: Session, row: Row[Any], step: Step) -> Changes:
    return {"started_at": step.now, "active_since": step.now}


def _suspend(session: Session, row: Row[Any], step: Step) -> Changes:
    return {"suspended_at": step.now, "cause": step.given.get("cause", "break"), **_why(step)}


def _resume(session: Session, row: Row[Any], step: Step) -> Changes:
    return {"suspended_at": None, "cause": "", **_NO_REASON, "active_since": step.now}


def _finish(session: Session, row: Row[Any], step: Step) -> Changes:
    return {"finished_at": step.now}


def _end(session: Session, row: Row[Any], step: Step) -> Changes:
    return {"ended_at": step.now, **_why(step)}


def _why(step: Step) -> Changes:
    return {name: step.given.get(name, nothing) for name, nothing in _NO_REASON.items()}


def _warn(session: Session, row: Row[Any], step: Step) -> Changes:
    return {"warned": {**row.warned, step.given["what"]: step.given["moment"]}}


_NO_REASON: Mapping[str, Any] = {"reason": "", "reason_code": "", "reason_about": {}}
_EFFECTS: Mapping[str, Callable[[Session, Row[Any], Step], Changes]] = {
    "edit": _edit,
    "analyse": _analyse,
    "answer": _answer,
    "test_gas": _test_gas,
    "sign": _sign,
    "approve": _approve,
    "check_ticket": _check_ticket,
    "check_in": _check_in,
    "check_out": _check_out,
    "start": _start,
    "suspend": _suspend,
    "resume": _resume,
    "finish": _finish,
    "warn": _warn,
    **dict.fromkeys(("reject", "revoke", "close", "expire", "end_with_parent", "void", "withdraw"), _end),
}
