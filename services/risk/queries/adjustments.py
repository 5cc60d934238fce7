"""What happened at enterprises, which dynamic rules count for them, and who set a level by hand."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from services.risk.domain.levels import colour_of
from services.risk.domain.occurrences import Occurrence
from services.risk.queries.standings import in_area
from services.risk.rules import dynamic_rules
from services.risk.tables import applied_rule, enterprise, occurrence, override
from shared.errors import NotFound
from shared.security.principal import Principal

Document = dict[str, Any]


class OverrideNotFound(NotFound):
    code = "override_not_found"


def occurrences_of(session: Session, enterprise_ids: Collection[str]) -> dict[str, list[Occurrence]]:
    """Return what happened at each of these enterprises."""
    found: dict[str, list[Occurrence]] = {}
    for row in session.execute(select(occurrence).where(occurrence.c.enterprise_id.in_(enterprise_ids))):
        one = Occurrence(row.kind, row.key, row.began_at, row.ended_at, row.expires_at, row.details)
        found.setdefault(row.enterprise_id, []).append(one)
    return found


def applied_rules(enterprise_id: str) -> Select[Any]:
    """Return the statement that reads every application of a rule to an enterprise."""
    return select(applied_rule).where(applied_rule.c.enterprise_id == enterprise_id)


def rule_application_view(row: Row[Any]) -> Document:
    """Return one application of a rule with the rule's words and source."""
    rules = dynamic_rules()
    rule = next(one for one in rules.rules if one.id == row.rule)
    kinds = {kind.id: kind.label for kind in rules.kinds}
    causes = [one.split(":", 1) for one in row.causes]
    return {
        **{name: getattr(row, name) for name in ("id", "rule", "phase", "effects", "since", "until", "best")},
        "applied_at": row.applied_at,
        "lifted_at": row.lifted_at,
        "zh": rule.label.zh,
        "en": rule.label.en,
        "source": rule.source.document,
        "clause": rule.clause,
        "status": rule.source.status,
        "restore": rule.restore,
        "causes": [{"kind": kind, "key": key, "zh": kinds[kind].zh, "en": kinds[kind].en} for kind, key in causes],
    }


def overrides(principal: Principal, *, state: str = "", enterprise_id: str = "") -> Select[Any]:
    """Return the statement that reads the overrides of the principal's area with the enterprises' names."""
    joined = override.join(enterprise, enterprise.c.enterprise_id == override.c.enterprise_id)
    wanted = select(override, enterprise.c.name, enterprise.c.division).select_from(joined).where(in_area(principal))
    wanted = wanted.where(override.c.state == state) if state else wanted
    return wanted.where(override.c.enterprise_id == enterprise_id) if enterprise_id else wanted


def override_view(row: Row[Any]) -> Document:
    """Return one override (a row of ``overrides``)."""
    return {**row._asdict(), "colour": colour_of(row.level)}


def enterprise_of_override(session: Session, principal: Principal, override_id: str) -> Row[Any]:
    """Return a visible override; raises ``OverrideNotFound``."""
    row = session.execute(overrides(principal).where(override.c.id == override_id)).one_or_none()
    if row is None:
        raise OverrideNotFound("There is no such override in your area.")
    return row
