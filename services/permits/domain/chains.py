"""Who signs a permit, in which order, and which roles one person must not hold together."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.permits.domain.kinds import WorkFacts
from shared.machines import NotAllowed, Source

APPROVAL, START, ACCEPTANCE = "approval", "start", "acceptance"
APPROVER = "approver"
ACCEPTOR = "acceptor"


@dataclass(frozen=True, slots=True)
class Role:
    """A role of a permit; ``opinion_zh`` and ``opinion_en`` title its signature, empty where it signs no opinion."""

    id: str
    zh: str
    en: str
    opinion_zh: str
    opinion_en: str
    source: Source


@dataclass(frozen=True, slots=True)
class Signing:
    """One signature: ``order`` from 1, ``stage`` when it is due, ``is_final`` that it approves."""

    role: str
    zh: str
    en: str
    order: int
    stage: str
    is_final: bool
    must_be_on_site: bool
    clause: str


@dataclass(frozen=True, slots=True)
class Chain:
    approval: tuple[str, ...]
    start: tuple[str, ...]
    clause: str


@dataclass(frozen=True, slots=True)
class SpecialApprover:
    """Another last approver for a profile and kind, unless ``question`` is answered no."""

    profile: str
    kind: str
    question: str
    role: str
    source: Source


@dataclass(frozen=True)
class ChainRules:
    roles: Mapping[str, Role]
    chains: Mapping[tuple[str, str], Chain]
    special: tuple[SpecialApprover, ...]


def chain_of(kind: str, level: str, *, profile: str, facts: WorkFacts, rules: ChainRules) -> tuple[Signing, ...]:
    """Return the signatures in their order: approval, start, acceptance (A.1 to A.8, B.1, 4.15; Order 13 Art. 7).

    Raises ``NotAllowed`` where the kind has no such level.
    """
    chain = rules.chains.get((kind, level))
    if chain is None:
        detail = "This kind of work has no such level: compute it again."
        raise NotAllowed("level_unknown", detail, kind=kind, level=level)
    last, clause = chain.approval[-1], chain.clause
    for each in rules.special:
        if (each.profile, each.kind) == (profile, kind) and not facts.is_no(each.question):
            last, clause = each.role, f"{each.source.document} {each.source.clause}"
    roles = [(each, APPROVAL) for each in (*chain.approval[:-1], last)]
    roles += [(each, START) for each in chain.start] + [(ACCEPTOR, ACCEPTANCE)]
    final = len(chain.approval)
    return tuple(
        _signing(rules.roles[role], order, stage=stage, is_final=order == final, clause=clause)
        for order, (role, stage) in enumerate(roles, 1)
    )


def _signing(role: Role, order: int, *, stage: str, is_final: bool, clause: str) -> Signing:
    """Whoever approves does it on the spot (4.11 a); so does who looks at the ticket and who accepts the work."""
    is_on_site = is_final or stage != APPROVAL
    own = clause if stage != ACCEPTANCE else role.source.clause
    return Signing(role.id, role.opinion_zh, role.opinion_en, order, stage, is_final, is_on_site, own)
