"""What a form asks, and what follows from its answers: level, reasons, time, signatures, measures, gases."""

from collections.abc import Mapping
from typing import Any

from services.permits.domain.chains import chain_of
from services.permits.domain.gases import GasSample, judge
from services.permits.domain.kinds import NO_PERMIT, WorkFacts, needs_gas, needs_plan, validity, work_facts
from services.permits.domain.levels import Circumstances, Level, Reason, computed_level, triggers_of, upgraded
from services.permits.domain.measures import suggested
from services.permits.domain.profiles import RuleSet
from services.permits.rules import ruleset
from shared.calendar import is_working_day

Document = dict[str, Any]


def form_tables(profile: str) -> Document:
    """Return kinds, terms, fields, questions, measures, gases and roles of a rule set; raises ``NotAllowed``."""
    rules = ruleset(profile)
    return {
        "ruleset": rules.profile,
        "kinds": list(rules.kinds.kinds.values()),
        "terms": list(rules.kinds.terms.values()),
        "fields": rules.fields,
        "questions": rules.questions,
        "reasons": [*rules.levels.criteria, *_other_reasons(rules)],
        "measures": [row for rows in rules.measures.measures.values() for row in rows],
        "gases": list(rules.gases.gases.values()),
        "gas_points": rules.gases.points,
        "roles": list(rules.chains.roles.values()),
        "distances": list(rules.distances.values()),
    }


def work_preview(asked: Mapping[str, Any]) -> Document:
    """Return what would hold for the job as it is described so far; nothing is kept. Raises ``NotAllowed``."""
    rules = ruleset(asked["ruleset"])
    kind, facts = rules.kinds.kind(asked["kind"]).id, work_facts(asked["facts"], asked["related"])
    computed = computed_level(kind, facts, rules=rules.levels)
    level = upgraded(computed, _triggers(asked, facts, rules=rules), rules=rules.levels)
    found: Document = {"kind": kind, "computed": computed.level, "level": _level_view(level, rules)}
    return found if level.level == NO_PERMIT else found | _following(level, facts, rules=rules)


def gas_preview(asked: Mapping[str, Any]) -> Document:
    """Return what a measured value means in the unit of its limit, and whether it allows the work."""
    rules = ruleset(asked["ruleset"])
    sample = GasSample(asked["gas"], asked["value"], asked["unit"], asked["is_enriched"], asked["lel"])
    return {"verdict": judge(sample, asked["purpose"], rules=rules.gases)}


def _triggers(asked: Mapping[str, Any], facts: WorkFacts, *, rules: RuleSet) -> tuple[str, ...]:
    """Without a time nothing can be said about rest days and nights."""
    if asked["starts_at"] is None or asked["ends_at"] is None:
        return ()
    found = Circumstances(asked["starts_at"], asked["ends_at"], asked["wind_force"], asked["is_special"])
    return triggers_of(found, facts, rules=rules.levels, is_working_day=is_working_day)


def _following(level: Level, facts: WorkFacts, *, rules: RuleSet) -> Document:
    term = rules.kinds.term(level.kind, level.level)
    answers = suggested(level.kind, facts, rules=rules.measures, level=level.level)
    return {
        "term": term,
        "validity": validity(level.kind, level.level, rules=rules.kinds),
        "needs_gas": needs_gas(term, facts),
        "needs_plan": needs_plan(term, facts),
        "chain": chain_of(level.kind, level.level, profile=rules.profile.id, facts=facts, rules=rules.chains),
        "measures": [{"number": number, "suggested": answer} for number, answer in answers.items()],
    }


def _level_view(level: Level, rules: RuleSet) -> Document:
    """The level with the words of its reasons; height and mass are numbers of the form and have none."""
    rows = (*rules.levels.criteria, *_other_reasons(rules))
    return {
        "level": level.level,
        "clause": level.clause,
        "because": [row for row in rows if row.id in level.because],
        "unanswered": level.unanswered,
        "needs": level.needs,
        "is_permit_needed": level.is_permit_needed,
    }


def _other_reasons(rules: RuleSet) -> tuple[Reason, ...]:
    levels = rules.levels
    return (*levels.height.factors, *levels.height.forced, *levels.upgrade.triggers.values())
