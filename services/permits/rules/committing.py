"""Reads the table of the daily commitment. A table that cannot be followed exactly stops the process at its start."""

import tomllib
from collections.abc import Mapping
from datetime import time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from services.permits.domain.commitments import TIERS, CommitmentRules, Deadline, Field, UnusableCommitments

Row = Mapping[str, Any]
KINDS = ("count", "flag", "grade")
FACTS = ("open_major", "halted", "red", "orange")


@cache
def commitment_rules() -> CommitmentRules:
    """Return the rules of the daily commitment in this release, read once; raises ``UnusableCommitments``."""
    return read_commitments(tomllib.loads(files(__package__).joinpath("commitments.toml").read_text("utf-8")))


def read_commitments(content: Row) -> CommitmentRules:
    """Return the rules of a table; raises ``UnusableCommitments`` for what cannot be followed."""
    head, limits = content["commitments"], content["limits"]
    rules = CommitmentRules(
        id=head["id"],
        version=head["version"],
        deadlines=_deadlines(content["deadline"]),
        sizes=sorted(((row["persons"], tuple(row["tiers"])) for row in content["size"]), reverse=True),
        fields={row["id"]: Field(**row) for row in content["field"]},
        grades=[(row["when"], row["grade"]) for row in content["grade"]],
        checks={row["id"]: row for row in content["check"]},
        days_without=limits["days_without"],
        misses_for_credit=limits["misses_for_credit"],
    )
    _check(rules)
    return rules


def _deadlines(rows: list[Row]) -> list[Deadline]:
    deadlines = [
        Deadline(
            row["division"],
            time.fromisoformat(row["at"]),
            time.fromisoformat(row["remind_at"]),
            timedelta(seconds=row["settle_seconds"]),
        )
        for row in rows
    ]
    return sorted(deadlines, key=lambda one: len(one.division), reverse=True)


def _check(rules: CommitmentRules) -> None:
    problems = [
        (rules.deadlines[-1].division != "", "no deadline holds for every division"),
        (rules.sizes[-1][0] != 0, "the smallest enterprises have no tiers"),
        (any([one for one in TIERS if one in tiers] != list(tiers) for _, tiers in rules.sizes), "tiers are mixed up"),
        (any(one.kind not in KINDS for one in rules.fields.values()), "a field is of no kind"),
        (any(when not in (*rules.fields, *FACTS) for when, _ in rules.grades), "a grade follows from nothing"),
    ]
    for is_broken, sentence in problems:
        if is_broken:
            raise UnusableCommitments(sentence)
