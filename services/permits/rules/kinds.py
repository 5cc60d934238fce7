"""Reads the table of kinds and terms."""

from functools import cache

from services.permits.domain.kinds import KindRules, Term, WorkKind
from services.permits.domain.profiles import Profile
from services.permits.rules.reading import table
from shared.machines.reading import Row, source_of

PRACTICE = "practice"
FLAGS_OF_A_KIND = ("needs_shift_check", "is_daily_gas", "counts_heads", "reconfirms")
NUMBERS_OF_A_TERM = ("special_hours", "gas_minutes", "break_minutes", "log_hours")
FLAGS_OF_A_TERM = ("is_own_rule", "is_any_break", "is_continuous_gas", "needs_video", "needs_plan")
WORDS_OF_A_TERM = ("gas_clause", "gas_if", "plan_if")


@cache
def kind_rules(profile: Profile) -> KindRules:
    """Return the kinds and terms for a profile, read once; where the standard does not bind, it is good practice."""
    content = table("kinds.toml")
    head = content["kinds"] if profile.is_binding else content["kinds"] | {"status": PRACTICE}
    kinds = {row["id"]: _kind(row, head) for row in content["kind"]}
    own = {(row["kind"], row["level"]): row for row in content["override"] if row["profile"] == profile.id}
    terms = {(row["kind"], row["level"]): row for row in content["term"]}
    return KindRules(kinds, {key: _term(row | own.get(key, {}), head) for key, row in terms.items()})


def _kind(row: Row, head: Row) -> WorkKind:
    return WorkKind(
        **{name: row[name] for name in ("id", "code", "zh", "en")},
        **{name: row.get(name, False) for name in FLAGS_OF_A_KIND},
        source=source_of(row, head),
        certificate=row.get("certificate", ""),
        stop_wind_force=row.get("stop_wind_force", 0),
        wind_clause=row.get("wind_clause", ""),
    )


def _term(row: Row, head: Row) -> Term:
    return Term(
        **{name: row[name] for name in ("kind", "level", "zh", "en", "hours")},
        **{name: row.get(name, 0) for name in NUMBERS_OF_A_TERM},
        **{name: row.get(name, False) for name in FLAGS_OF_A_TERM},
        **{name: row.get(name, "") for name in WORDS_OF_A_TERM},
        bound_to=tuple(row.get("bound_to", ())),
        source=source_of(row, head),
    )
