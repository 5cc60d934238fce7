"""What the rules say of a job: profile, level and why, how long a permit holds, what it asks for and who signs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.permits.domain.chains import APPROVAL, START, chain_of
from services.permits.domain.kinds import (
    HOT_WORK,
    Term,
    WorkFacts,
    WorkKind,
    needs_gas,
    needs_plan,
    validity,
    work_facts,
)
from services.permits.domain.levels import Circumstances, Level, computed_level, triggers_of, upgraded
from services.permits.domain.permit_facts import Terms
from services.permits.domain.profiles import RuleSet, profile_of
from services.permits.rules import ruleset, scope_rules
from services.permits.tables import enterprise
from shared.calendar import is_working_day

SPECIAL = "special_case"


@dataclass(frozen=True, slots=True)
class Job:
    """What is asked about: the ``kind`` of work, the answers and numbers of its form, its period, related kinds."""

    kind: str
    facts: Mapping[str, Any]
    starts_at: datetime
    ends_at: datetime
    related: tuple[str, ...] = ()


def rules_of(session: Session, enterprise_id: str) -> RuleSet:
    """Return the set of rules that an enterprise works under now."""
    columns = (enterprise.c.industry, enterprise.c.features)
    row = session.execute(select(*columns).where(enterprise.c.enterprise_id == enterprise_id)).one()
    return ruleset(profile_of(row.industry, row.features, rules=scope_rules()))


def facts_of(facts: Mapping[str, Any], *, related: tuple[str, ...] = ()) -> WorkFacts:
    """Return the answers and numbers of a form as the rules read them; a question without answer stays unknown."""
    return work_facts({name: value for name, value in facts.items() if value is not None}, related)


def level_of(rules: RuleSet, job: Job) -> dict[str, Any]:
    """Return the columns that the rules decide: level, why, rule set and terms; raises ``NotAllowed``."""
    facts = facts_of(job.facts, related=job.related)
    computed = computed_level(job.kind, facts, rules=rules.levels)
    found = Circumstances(job.starts_at, job.ends_at, _wind(job), bool(job.facts.get(SPECIAL)))
    triggers = triggers_of(found, facts, rules=rules.levels, is_working_day=is_working_day)
    level = upgraded(computed, triggers, rules=rules.levels)
    return {
        "level": level.level if level.is_permit_needed else "",
        "computed_level": computed.level if computed.is_permit_needed else "",
        "why": _why(level),
        "ruleset": rules.profile.id,
        "ruleset_version": rules.profile.version,
        "terms": asdict(_terms(rules, level, job=job, facts=facts)),
    }


def terms_of(stored: Mapping[str, Any]) -> Terms:
    """Return terms as they were kept with a permit."""
    lists = {name: tuple(stored.get(name, ())) for name in ("gases", "approval", "tickets")}
    return Terms(**{**stored, **lists})


def _wind(job: Job) -> int | None:
    """Return what the form says of the wind, None where it says nothing."""
    force = job.facts.get("wind_force")
    return None if force is None else int(force)


def _why(level: Level) -> dict[str, Any]:
    return {
        "clause": level.clause,
        "because": list(level.because),
        "unanswered": list(level.unanswered),
        "needs": list(level.needs),
    }


def _terms(rules: RuleSet, level: Level, *, job: Job, facts: WorkFacts) -> Terms:
    if not level.is_permit_needed:
        return Terms(needs_permit=False)
    kind, term = rules.kinds.kind(job.kind), rules.kinds.term(job.kind, level.level)
    chain = chain_of(job.kind, level.level, profile=rules.profile.id, facts=facts, rules=rules.chains)
    signing = {stage: tuple(one.role for one in chain if one.stage == stage) for stage in (APPROVAL, START)}
    valid = validity(job.kind, level.level, rules=rules.kinds, is_special=bool(job.facts.get(SPECIAL)))
    terms = Terms(
        max_hours=valid.max_hours,
        is_own_rule=valid.is_own_rule,
        gases=_gases(rules, term, facts) if needs_gas(term, facts) else (),
        needs_plan=needs_plan(term, facts),
        ventilates=term.is_any_break,
        approval=signing[APPROVAL],
        tickets=signing[START],
    )
    return _of_the_table(terms, kind, term)


def _of_the_table(terms: Terms, kind: WorkKind, term: Term) -> Terms:
    """Return terms with what stands in the tables as such."""
    same = ("gas_minutes", "break_minutes", "log_hours", "is_continuous_gas", "needs_video")
    return replace(
        terms,
        **{name: getattr(term, name) for name in same},
        **{name: getattr(kind, name) for name in ("is_daily_gas", "counts_heads", "reconfirms", "stop_wind_force")},
    )


def _gases(rules: RuleSet, term: Term, facts: WorkFacts) -> tuple[str, ...]:
    """Return the groups to analyse (5.3.2, 6.4, 10.1); inside oxygen equipment the oxygen too (5.2.7)."""
    is_oxygen = term.kind == HOT_WORK and facts.is_yes("oxygen_equipment")
    return rules.gases.purposes["oxygen_equipment" if is_oxygen else term.kind].groups
