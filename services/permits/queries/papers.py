"""Papers of permits within the caller's area, what they say, and whether one is genuine."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from services.permits.domain.papers import digest_of
from services.permits.domain.profiles import RuleSet
from services.permits.queries.people import certificates_for
from services.permits.queries.permits import confirmations_of, permit_parts, preparation_of, related_to, visible_permit
from services.permits.queries.signers import signer_of
from services.permits.rules import ruleset
from services.permits.rules.permitting import permit_rules
from services.permits.tables import enterprise, permit, permit_paper
from shared.errors import NotFound
from shared.security.principal import Principal

Document = dict[str, Any]
TOLD = ("number", "state", "level", "ruleset", "ruleset_version", "description", "place")
OF_A_TEST = ("gas", "point", "value", "unit", "judged_value", "limit_value", "judged_unit", "clause", "is_acceptable")
OF_A_SIGNATURE = ("stage", "role", "opinion", "by", "method", "distance_m", "remote_reason")


class PaperNotFound(NotFound):
    code = "paper_not_found"


def content_of(session: Session, row: Row[Any]) -> Document:
    """Return what the paper of the permit in ``row`` says: its form with answers, analyses and signatures (annex A)."""
    rules = ruleset(row.ruleset)
    kind, parts = rules.kinds.kind(row.kind), permit_parts(session, row.id)
    name = session.scalar(select(enterprise.c.name).where(enterprise.c.enterprise_id == row.enterprise_id))
    texts = {one.number: one.text for one in rules.measures.measures[row.kind]}
    term = rules.kinds.terms.get((row.kind, row.level))
    signatures = sorted(parts["signatures"], key=lambda one: (one.at, one.position))
    return {
        **{each: getattr(row, each) for each in TOLD},
        "permit_id": row.id,
        "kind_zh": kind.zh,
        "code": kind.code,
        "level_zh": term.zh if term else "",
        "clause": row.why.get("clause", ""),
        "enterprise": name,
        "applied_at": row.applied_at.isoformat(),
        "starts_at": row.starts_at.isoformat(),
        "ends_at": row.ends_at.isoformat(),
        "form": [list(entry) for entry in _entries(row, rules)],
        "related": [[rules.kinds.kind(one["kind"]).zh, one["number"]] for one in related_to(session, row)],
        "crew": [
            [rules.chains.roles[one.role].zh, one.person_id, *certificates_for(session, row, one)]
            for one in parts["persons"]
        ],
        "analysis": row.analysis,
        "preparation": preparation_of(parts["steps"]),
        "measures": [[one.number, _noted(texts[one.number], one.note), one.is_involved] for one in parts["measures"]],
        "gas": [_told(one, OF_A_TEST) | {"at": one.sampled_at.isoformat()} for one in parts["gas_tests"]],
        "confirmations": [
            {"zh": one["zh"], "at": one["at"].isoformat(), **_actor(session, row, by=one["by"])}
            for one in confirmations_of(parts["steps"])
        ],
        "signatures": [
            _told(one, OF_A_SIGNATURE) | {"at": one.at.isoformat(), **_actor(session, row, by=one.by)}
            for one in signatures
        ],
    }


def _actor(session: Session, row: Row[Any], *, by: str) -> Document:
    """Return who acted: the account, and the person of the enterprise who has it, when there is one."""
    signer = signer_of(session, account_id=by, account_roles=(), enterprise_id=row.enterprise_id)
    return {"by": by, "person": signer.person_id}


def _noted(text: str, note: str | None) -> str:
    """Return the words of a measure with what somebody wrote into its blanks."""
    return f"{text}【{note}】" if note else text


def papers_of(session: Session, permit_id: str) -> list[Document]:
    """Return the papers of a permit, the newest first."""
    columns = permit_paper.c
    rows = session.execute(
        select(permit_paper).where(columns.permit_id == permit_id).order_by(columns.version.desc())
    ).all()
    return [paper_view(row) for row in rows]


def paper_view(row: Row[Any]) -> Document:
    """Return a paper as it is told; its code is its id."""
    return {**row._asdict(), "id": row.code, "number": row.content["number"]}


def visible_paper(session: Session, principal: Principal, code: str) -> Row[Any]:
    """Return one paper; raises ``PaperNotFound``, or ``PermitNotFound`` outside the area."""
    row = paper_by_code(session, code)
    visible_permit(session, principal, row.permit_id)
    return row


def paper_by_code(session: Session, code: str) -> Row[Any]:
    """Return the paper that bears a code; raises ``PaperNotFound``."""
    row = session.execute(select(permit_paper).where(permit_paper.c.code == code.upper())).one_or_none()
    if row is None:
        raise PaperNotFound("No paper bears this code: compare it with the print.")
    return row


def verification_of(session: Session, row: Row[Any]) -> Document:
    """Return whether a paper is genuine, and where its permit stands now; nothing else of it is told."""
    now_at = session.execute(select(permit).where(permit.c.id == row.permit_id)).one()
    state = permit_rules().machine.states[now_at.state]
    printed: datetime = row.made_at
    return {
        "number": row.content["number"],
        "kind_zh": row.content["kind_zh"],
        "is_genuine": digest_of(row.content) == row.sha256,
        "is_newest": now_at.version == row.version,
        "state": state.id,
        "state_zh": state.zh,
        "state_en": state.en,
        "ends_at": now_at.ends_at,
        "made_at": printed,
    }


def _entries(row: Row[Any], rules: RuleSet) -> Iterator[tuple[str, str]]:
    """Give what was entered in each field of the form (annex A), in its words."""
    for field in rules.fields:
        value = row.form.get(field.id) or row.facts.get(field.id)
        if field.kind == row.kind and value not in (None, ""):
            chosen = next((option.zh for option in field.options if option.id == value), "")
            shown = f"{value:g}" if isinstance(value, (int, float)) else str(value)
            yield field.zh, chosen or f"{shown} {field.unit}".strip()


def _told(row: Row[Any], names: tuple[str, ...]) -> Document:
    return {name: getattr(row, name) for name in names}
