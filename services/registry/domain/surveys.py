"""The baseline survey: its order, its questions, and what an answer settles (rules/survey.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from services.registry.domain.enterprise import FEATURES
from shared.errors import Refused

OUTCOMES = ("exists", "moved", "closed")
ANSWERS = ("none", "some", "unknown")
MOST_QUESTIONS = 8
USABLE_ACCURACY = 100.0  # metres: a coarser position says no more than the address does
_AHEAD = timedelta(minutes=10)  # a phone's clock may be wrong by so much
_OLDEST = timedelta(days=60)
_TABLE = Path(__file__).parents[1] / "rules" / "survey.toml"

Value = str | int


class SurveyMalformed(Refused):
    code = "survey_malformed"


@dataclass(frozen=True, slots=True)
class Asked:
    """One fact of a question; `yes` is None where a tick leaves the fact unknown."""

    id: str
    no: Value
    zh: str
    en: str
    yes: Value | None = None


@dataclass(frozen=True, slots=True)
class Question:
    id: str
    zh: str
    en: str
    facts: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question: `none` of its facts, `some` of them (`present`), or not known."""

    question: str
    answer: str
    present: tuple[str, ...] = ()


@dataclass(frozen=True)
class SurveyTable:
    questions: tuple[Question, ...]
    supervised_sections: frozenset[str]
    features: Mapping[str, int]
    sections: Mapping[str, int]
    headcount: Sequence[Mapping[str, int]]
    headcount_unknown: int


@cache
def survey_table() -> SurveyTable:
    """Return the table of rules/survey.toml."""
    table = tomllib.loads(_TABLE.read_text("utf-8"))
    rank = table["rank"]
    questions = (
        Question(row["id"], row["zh"], row["en"], tuple(Asked(**fact) for fact in row["facts"]))
        for row in table["question"]
    )
    return SurveyTable(
        questions=tuple(questions),
        supervised_sections=frozenset(table["supervised_sections"]),
        features=rank["features"],
        sections=rank["sections"],
        headcount=rank["headcount"],
        headcount_unknown=rank["headcount_unknown"],
    )


def rank_of(row: Mapping[str, Any]) -> int:
    """Return how urgent the survey of an enterprise is; the greater, the earlier.

    Before anything is confirmed every enterprise may still be red, so the suggested hazards, then industry and
    headcount decide.
    """
    table = survey_table()
    hazards = sum(table.features.get(name, 0) for name, one in row["features"].items() if one["value"] == "yes")
    headcount = row["headcount"]
    if headcount is None:
        size = table.headcount_unknown
    else:
        size = next((one["points"] for one in table.headcount if headcount >= one["at_least"]), 0)
    return hazards + table.sections.get(row["industry_section"], 0) + size


def settled(answers: Iterable[Answer]) -> dict[str, Value]:
    """Return the value of each fact that `answers` settle; raises `SurveyMalformed` for what was not asked."""
    questions = {one.id: one for one in survey_table().questions}
    facts: dict[str, Value] = {}
    for one in answers:
        question = questions.get(one.question)
        if question is None or not set(one.present) <= {fact.id for fact in question.facts}:
            raise SurveyMalformed("The survey has no such question or fact.", question=one.question)
        if one.answer != "unknown":
            facts |= _values(question, one.present if one.answer == "some" else ())
    return facts


def features_of(facts: Mapping[str, Value]) -> dict[str, str]:
    """Return those facts that the register itself keeps as hazard features."""
    return {name: str(value) for name, value in facts.items() if name in FEATURES}


def prefilled(features: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the questions with what is known or suggested: the facts that seem to be there, and the words."""
    return [
        {
            "id": question.id,
            "zh": question.zh,
            "en": question.en,
            "facts": [_shown(fact, features.get(fact.id, {})) for fact in question.facts],
        }
        for question in survey_table().questions
    ]


def supervision_after(row: Mapping[str, Any]) -> str:
    """Return the supervision state of an enterprise that was found to exist: as it is, unless nobody had decided."""
    if row["supervision"] != "unverified":
        return str(row["supervision"])
    has_hazard = any(one["value"] == "yes" and one["origin"] == "confirmed" for one in row["features"].values())
    is_watched = has_hazard or row["industry_section"] in survey_table().supervised_sections
    return "supervised" if is_watched else "recorded"


def check_moment(at: datetime, *, now: datetime) -> None:
    """Raise `SurveyMalformed` for a survey that was made in the future or too long ago."""
    if not now - _OLDEST <= at <= now + _AHEAD:
        raise SurveyMalformed("The time of the survey cannot be: check the clock of the phone.", field="surveyed_at")


def _values(question: Question, present: Iterable[str]) -> dict[str, Value]:
    there = set(present)
    values = {fact.id: fact.yes if fact.id in there else fact.no for fact in question.facts}
    return {name: value for name, value in values.items() if value is not None}


def _shown(fact: Asked, known: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": fact.id,
        "zh": fact.zh,
        "en": fact.en,
        "value": known.get("value", "unknown"),
        "origin": known.get("origin", ""),
        "words": list(known.get("words", ())),
    }
