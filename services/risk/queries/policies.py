"""Dynamic rules that count, levels set by hand, and versions of the policy: which is in force, what one changes."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from services.risk.domain.levels import colour_of
from services.risk.domain.occurrences import Occurrence
from services.risk.domain.policy import Content, Rulebook, differences
from services.risk.queries.standings import in_area
from services.risk.rules import dynamic_rules, read_rulebook, release_content, rulebook
from services.risk.tables import applied_rule, enterprise, occurrence, override, policy_shift, policy_version
from shared.errors import NotFound
from shared.security.principal import Principal
from shared.work.jobs import job_by_id

ACTIVATED = "activated"
Document = dict[str, Any]
HEAD = [column for column in policy_version.c if column.name != "content"]


class PolicyNotFound(NotFound):
    code = "policy_not_found"


@dataclass(frozen=True)
class _Key:
    """One revision of a version; two are equal whatever would load their content."""

    id: str
    revision: int
    load: Callable[[], Content] = field(compare=False)


def rulebook_in_force(session: Session, at: datetime) -> Rulebook:
    """Return the rule tables by which grades are given at ``at``: the newest activated version, else the release's."""
    columns = policy_version.c
    newest = select(columns.id, columns.revision).where(columns.state == ACTIVATED, columns.effective_from <= at)
    row = session.execute(newest.order_by(columns.effective_from.desc(), columns.number.desc()).limit(1)).first()
    return rulebook() if row is None else rulebook_of(session, row)


def rulebook_of(session: Session, row: Any) -> Rulebook:
    """Return the rule tables of a version (a row with ``id`` and ``revision``), read once per process."""
    return _read(_Key(row.id, row.revision, lambda: content_of(session, row.id)))


@lru_cache(maxsize=8)
def _read(key: _Key) -> Rulebook:
    return read_rulebook(key.load())


def content_of(session: Session, policy_id: str | None) -> Content:
    """Return the content of a version; without an id that of the release."""
    if policy_id is None:
        return release_content()
    return session.execute(select(policy_version.c.content).where(policy_version.c.id == policy_id)).scalar_one()


def policy_by_id(session: Session, policy_id: str) -> Row[Any]:
    """Return the head of a version; raises ``PolicyNotFound``."""
    row = session.execute(select(*HEAD).where(policy_version.c.id == policy_id)).one_or_none()
    if row is None:
        raise PolicyNotFound("There is no such version of the policy.", policy=policy_id)
    return row


def policies(session: Session, at: datetime) -> list[Document]:
    """Return the heads of all versions, the newest first, and the one of the release at the end."""
    columns = policy_version.c
    rows = session.execute(select(*HEAD).order_by(columns.number.desc())).all()
    current = rulebook_in_force(session, at)
    listed = [{**row._asdict(), "is_in_force": rulebook_of(session, row) is current} for row in rows]
    return [*listed, {**RELEASE, "is_in_force": current is rulebook()}]


RELEASE: Document = {column.name: None for column in HEAD} | {
    "id": "release",
    "number": 0,
    "state": "release",
    "revision": 1,
    "note": "",
    "created_by": "",
}


def policy_view(session: Session, row: Row[Any], *, at: datetime) -> Document:
    """Return a version with its differences from the one it is based on and what it changes."""
    content = content_of(session, row.id)
    before = content_of(session, row.based_on)
    return {
        **row._asdict(),
        "is_in_force": rulebook_of(session, row) is rulebook_in_force(session, at),
        "differences": [asdict(one) for one in differences(before, content)],
        "cards": [_amendable(card) for card in content["cards"]],
        "shifts": [shift._asdict() for shift in shifts(session, row.id)],
        "job": _progress(session, row.job_id),
    }


def shifts(session: Session, policy_id: str) -> Sequence[Row[Any]]:
    """Return how many enterprises go from which level to which, by phase and subdistrict."""
    columns = policy_shift.c
    wanted = select(policy_shift).where(columns.policy_id == policy_id)
    return session.execute(wanted.order_by(columns.phase, columns.subdistrict, columns.before, columns.after)).all()


def _amendable(card: Mapping[str, Any]) -> Document:
    head = card["card"]
    return {
        **{name: head[name] for name in ("id", "version", "zh", "en", "thresholds")},
        "items": [
            {
                **{name: item.get(name) for name in ("id", "zh", "en", "cap")},
                "rules": [
                    {name: rule.get(name) for name in ("id", "zh", "en", "points", "clause")}
                    for rule in card["rule"]
                    if rule["item"] == item["id"]
                ],
            }
            for item in card["item"]
        ],
    }


def _progress(session: Session, job_id: str | None) -> Document | None:
    if job_id is None:
        return None
    job = job_by_id(session, job_id)
    return {"id": job.id, "kind": job.kind, "state": job.state, "done": job.done, "total": job.total}


class OverrideNotFound(NotFound):
    code = "override_not_found"


def occurrences_of(session: Session, enterprise_ids: Collection[str]) -> dict[str, list[Occurrence]]:
    """Return what happened at each of these enterprises."""
    found: dict[str, list[Occurrence]] = {}
    for row in session.execute(select(occurrence).where(occurrence.c.enterprise_id.in_(enterprise_ids))):
        one = Occurrence(row.kind, row.key, row.began_at, row.ended_at, row.expires_at, row.details, row.sequence)
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
