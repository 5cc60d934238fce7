"""Puts the tables together: one set of rules for each profile."""

from functools import cache

from services.permits.domain.profiles import FormField, Option, Profile, Question, RuleSet, ScopeRules
from services.permits.rules.chains import chain_rules
from services.permits.rules.distances import distances
from services.permits.rules.gases import gas_rules
from services.permits.rules.kinds import kind_rules
from services.permits.rules.levels import level_rules
from services.permits.rules.measures import measure_rules
from services.permits.rules.reading import table
from shared.machines import NotAllowed, UnusableTable
from shared.machines.reading import Row, source_of

TYPES = ("line", "number", "choice")


@cache
def scope_rules() -> ScopeRules:
    """Return which enterprise works under which profile, read once."""
    content = table("profiles.toml")
    head, kept = content["profiles"], content["retention"]
    return ScopeRules(
        profiles={row["id"]: _profile(row, head) for row in content["profile"]},
        industries=tuple(head["industries"]),
        features=frozenset(head["features"]),
        clause=head["scope_clause"],
        permit_days=kept["permit_days"],
        video_days=kept["video_days"],
    )


@cache
def ruleset(profile: str) -> RuleSet:
    """Return the rules of a profile of this release; raises ``NotAllowed`` for an unknown one."""
    scope = scope_rules()
    if profile not in scope.profiles:
        detail = "There is no such set of rules: choose one of the table."
        raise NotAllowed("ruleset_unknown", detail, ruleset=profile, possible=sorted(scope.profiles))
    forms = table("forms.toml")
    return RuleSet(
        profile=scope.profiles[profile],
        scope=scope,
        kinds=kind_rules(scope.profiles[profile]),
        levels=level_rules(),
        gases=gas_rules(),
        measures=measure_rules(),
        chains=chain_rules(),
        distances=distances(),
        fields=tuple(read_field(row, forms["forms"]) for row in forms["field"]),
        questions=_questions(forms),
    )


def check_rulesets() -> None:
    """Read every table once; raises ``UnusableTable`` when one cannot be followed."""
    for profile in scope_rules().profiles:
        ruleset(profile)


def read_field(row: Row, head: Row) -> FormField:
    """Return a field of a form; raises ``UnusableTable`` for a type that no form has."""
    if row["type"] not in TYPES:
        raise UnusableTable(f"{row['id']}: {row['type']} is no type of a field")
    return FormField(
        **{name: row[name] for name in ("kind", "id", "zh", "en", "type", "is_required")},
        unit=row.get("unit", ""),
        is_fact=row.get("is_fact", False),
        options=tuple(Option(**each) for each in row.get("options", ())),
        source=source_of(row, head),
    )


def _profile(row: Row, head: Row) -> Profile:
    same = ("id", "zh", "en", "is_binding")
    version = row.get("version", head["version"])
    return Profile(**{name: row[name] for name in same}, version=version, source=source_of(row, head))


def _questions(forms: Row) -> tuple[Question, ...]:
    """Return what the forms ask, and before it what decides the levels."""
    levels = table("levels.toml")
    criteria = [row for row in levels["criterion"] if not row.get("is_rest")]
    asked = [({"kinds": ["hot_work"]} | row) for row in criteria]
    asked += [({"kinds": ["height"]} | row) for row in (*levels["factor"], *levels["forced"])]
    return tuple(
        Question(row["id"], tuple(row["kinds"]), row["zh"], row["en"], row["clause"])
        for row in (*asked, *forms["question"])
    )
