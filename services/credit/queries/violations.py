"""The catalogue of acts, and what was recorded within the caller's area."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from services.credit.queries.enterprises import in_area
from services.credit.rules import catalogue
from services.credit.tables import enterprise, violation
from shared.errors import NotFound
from shared.security.principal import Principal

Document = dict[str, Any]


class ViolationNotFound(NotFound):
    code = "violation_not_found"


def violation_table() -> Document:
    """Return the catalogue with the source of each act."""
    table = catalogue()
    same = ("code", "clause", "zh", "en", "first", "refusal", "persons", "hazard_items", "basis")
    acts = [
        {**{name: getattr(one, name) for name in same}, "document": one.source.document, "status": one.source.status}
        for one in table.acts.values()
    ]
    return {"version": table.version, "acts": acts, "severities": list(table.severities.values())}


def violations(principal: Principal, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads the violations of the area; ``wanted`` filters by column."""
    joined = violation.join(enterprise, enterprise.c.enterprise_id == violation.c.enterprise_id)
    given = {name: value for name, value in wanted.items() if value is not None}
    division = given.pop("division", None)
    within = [enterprise.c.division.startswith(division, autoescape=True)] if division else []
    conditions = [*within, *(violation.c[name] == value for name, value in given.items())]
    columns = (violation, enterprise.c.name, enterprise.c.division)
    return select(*columns).select_from(joined).where(in_area(principal), *conditions)


def visible_violation(session: Session, principal: Principal, violation_id: str) -> Row[Any]:
    """Return one violation; raises ``ViolationNotFound`` outside the area."""
    row = session.execute(violations(principal, wanted={"id": violation_id})).one_or_none()
    if row is None:
        raise ViolationNotFound("There is no such violation in your area.")
    return row


def violation_view(row: Row[Any]) -> Document:
    """Return a violation with the words and the clause of its act."""
    act, severity = catalogue().acts[row.act], catalogue().severities[row.severity]
    words = {"act_zh": act.zh, "act_en": act.en, "basis": act.basis}
    return {**row._asdict(), **words, "severity_zh": severity.zh, "severity_en": severity.en}
