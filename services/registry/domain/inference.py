"""What a business register row suggests: an industry class and hazard features, with the words that matched.

A suggestion helps the first day and decides nothing: it is marked inferred until a person confirms it, and a
feature that no word suggests stays unknown (rules/inference.toml, rules/industries.toml; risk-grading §3.4).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from services.registry.domain.wording import MAKE, SELL, Segment, activities_of_name, affirmed, alternation, segments

_ANY = "any"
_ADDRESS = "address"
_NAME_WEIGHT, _FIRST_WEIGHT, _LATER_WEIGHT = 4.0, 2.0, 1.0
_MOST_WORDS = 6
_ENDS_OF_VERBS = frozenset("产售装营发工")
_VERBS_AFTER = frozenset({"制造", "生产", "加工", "销售", "批发", "零售", "经营", "充装", "储存"})


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An industry code ("" when nothing fits) with its words, and the words that suggest each hazard feature."""

    industry: str
    industry_words: tuple[str, ...]
    features: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _FeatureRule:
    features: tuple[str, ...]
    activities: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Codes:
    make: str
    sell: str

    def for_activities(self, activities: frozenset[str]) -> str:
        if SELL in activities and MAKE not in activities:
            return self.sell or self.make
        return self.make or self.sell


@dataclass(frozen=True, slots=True)
class _Reading:
    """The parts of a scope that matched, ready to be combined with any name."""

    features: tuple[tuple[str, _FeatureRule, frozenset[str]], ...] = ()
    industries: tuple[tuple[str, frozenset[str], float], ...] = ()
    activities: frozenset[str] = field(default_factory=frozenset)


class Suggester:
    """Reads scopes with the word lists of one set of rules; the same scope is read once."""

    def __init__(self, inference: Mapping[str, Any], industries: Mapping[str, Any]) -> None:
        self._feature_rules: dict[str, list[_FeatureRule]] = {}
        for row in inference["rule"]:
            rule = _FeatureRule(tuple(row["features"]), frozenset(row["activities"]))
            for word in row["words"]:
                self._feature_rules.setdefault(word, []).append(rule)
        self._whole = {word for row in inference["rule"] if row.get("whole") for word in row["words"]}
        self._feature_words = alternation([*self._feature_rules, *inference["decoys"]])
        self._codes = _codes_by_word(industries)
        self._industry_words = alternation(self._codes)
        self._read = lru_cache(maxsize=8192)(self._read_scope)

    def suggest(self, *, name: str, scope: str, address: str = "") -> Suggestion:
        """Return the suggestion for one register row."""
        reading = self._read(scope)
        name_activities = activities_of_name(name)
        features: dict[str, list[str]] = {}
        for word, rule, activities in (*self._features_of(name, name_activities), *reading.features):
            if _fits(rule.activities, activities or name_activities):
                _note(features, rule.features, word)
        for word, rule, _ in self._features_of(address, frozenset()) if address else ():
            if _ADDRESS in rule.activities:
                _note(features, rule.features, word)
        code, words = self._industry(name, name_activities, reading)
        return Suggestion(code, words, {feature: tuple(found) for feature, found in features.items()})

    def _read_scope(self, scope: str) -> _Reading:
        features: list[tuple[str, _FeatureRule, frozenset[str]]] = []
        industries: list[tuple[str, frozenset[str], float]] = []
        activities: set[str] = set()
        for number, segment in enumerate(segments(affirmed(scope))):
            features += self._features_of(segment.text, segment.activities)
            industries += self._industries_of(segment, _FIRST_WEIGHT if number == 0 else _LATER_WEIGHT)
            activities |= segment.activities
        return _Reading(tuple(features), tuple(industries), frozenset(activities))

    def _features_of(self, text: str, activities: frozenset[str]) -> list[tuple[str, _FeatureRule, frozenset[str]]]:
        found: dict[str, None] = {}
        for match in self._feature_words.finditer(text):
            word = match.group()
            if word not in self._whole or _stands_alone(text, match.start(), match.end()):
                found[word] = None
        return [(word, rule, activities) for word in found for rule in self._feature_rules.get(word, ())]

    def _industries_of(self, segment: Segment, weight: float) -> list[tuple[str, frozenset[str], float]]:
        words = dict.fromkeys(self._industry_words.findall(segment.text))
        found = []
        for place, word in enumerate(words):
            found.append((word, segment.activities, weight + len(word) / 10 + (0.5 if place == 0 else 0)))
        return found

    def _industry(self, name: str, name_activities: frozenset[str], reading: _Reading) -> tuple[str, tuple[str, ...]]:
        scores: dict[str, float] = {}
        words: dict[str, list[str]] = {}
        in_name = [found for found in self._name_industries(name, name_activities, reading) if len(found[0]) > 1]
        for word, activities, weight in (*in_name, *reading.industries):
            code = self._codes[word].for_activities(activities or name_activities)
            scores[code] = scores.get(code, 0.0) + weight
            _note(words, (code,), word)
        if not scores:
            return _bare_section(reading.activities or name_activities), ()
        best = max(scores, key=scores.__getitem__)
        return best, tuple(words[best])

    def _name_industries(
        self, name: str, name_activities: frozenset[str], reading: _Reading
    ) -> list[tuple[str, frozenset[str], float]]:
        return self._industries_of(Segment(name, name_activities or reading.activities), _NAME_WEIGHT)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """True for 硫酸 in 盐酸、硫酸制造, false in 硫酸钠: beside signs or the verbs of its list."""
    before, after = text[start - 1 : start], text[end : end + 2]
    return not (_is_han(before) and before not in _ENDS_OF_VERBS) and (not _is_han(after[:1]) or after in _VERBS_AFTER)


def _is_han(character: str) -> bool:
    return "一" <= character <= "龥"


def _codes_by_word(industries: Mapping[str, Any]) -> dict[str, _Codes]:
    codes: dict[str, _Codes] = {}
    for row in industries["product"]:
        codes |= dict.fromkeys(row["words"], _Codes(row.get("make", ""), row.get("sell", "")))
    for row in industries["service"]:
        codes |= {word: _Codes(row["code"], row["code"]) for word in row["words"] if word not in codes}
    return codes


def _fits(wanted: frozenset[str], activities: frozenset[str]) -> bool:
    """A list without verbs, of an enterprise whose name does not help, is read as trade: the smaller claim."""
    return _ANY in wanted or not wanted.isdisjoint(activities or {SELL})


def _note(found: dict[str, list[str]], keys: Iterable[str], word: str) -> None:
    for key in keys:
        words = found.setdefault(key, [])
        if word not in words and len(words) < _MOST_WORDS:
            words.append(word)


def _bare_section(activities: frozenset[str]) -> str:
    if MAKE in activities:
        return "C"
    return "F" if SELL in activities else ""
