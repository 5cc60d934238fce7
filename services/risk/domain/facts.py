"""Facts about an enterprise: what may be known, what is known, by whom, and what a register row suggests.

A fact without a value is unknown. Unknown is never "no": it is open between its mildest and its harshest value.
A suggestion is inferred until a person confirms it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from shared.errors import Refused

Value = str | int
YES, NO = "yes", "no"
LENGTH_OF_DIVISION = 3  # C33 of GB/T 4754: the section alone, C, leaves the kind of industry open
NOTHING: Mapping[str, Mapping[str, Any]] = {}


class Text(NamedTuple):
    """One text in both languages of the product."""

    zh: str
    en: str


class Kind(StrEnum):
    FLAG = "flag"  # yes or no
    COUNT = "count"  # a whole number from 0 to the fact's maximum
    CHOICE = "choice"  # one of the fact's options


class Origin(StrEnum):
    INFERRED = "inferred"  # read from words or codes of the register; a person has not looked
    CONFIRMED = "confirmed"


class UnknownFact(Refused):
    code = "unknown_fact"


class UnsuitableValue(Refused):
    code = "unsuitable_value"


@dataclass(frozen=True, slots=True)
class Fact:
    """What can be asked about an enterprise and which answers fit."""

    id: str
    kind: Kind
    question: Text
    options: tuple[str, ...] = ()
    maximum: int = 0

    def check(self, value: Value) -> None:
        """Raise ``UnsuitableValue`` unless ``value`` is an answer to this question."""
        if self.kind is Kind.COUNT:
            fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= self.maximum
            wanted = f"a whole number from 0 to {self.maximum}"
        else:
            fits = value in self.options
            wanted = f"one of {', '.join(self.options)}"
        if not fits:
            raise UnsuitableValue(f"{self.id} must be {wanted}.", field=self.id)


@dataclass(frozen=True, slots=True)
class Known:
    """The value of a fact; ``words`` are the words of the register from which it was inferred.

    ``seen`` says who confirmed it: account, role, moment (ISO 8601); empty when nobody is known.
    """

    value: Value
    origin: Origin
    words: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()

    @property
    def is_confirmed(self) -> bool:
        """Whether a person has confirmed it."""
        return self.origin is Origin.CONFIRMED

    def is_later(self, other: "Known") -> bool:
        """Return whether both were confirmed and this one after ``other``, as far as the moments are known."""
        are_dated = self.is_confirmed and other.is_confirmed and bool(self.seen and other.seen)
        return are_dated and datetime.fromisoformat(self.seen[-1]) > datetime.fromisoformat(other.seen[-1])


Sheet = Mapping[str, Known]  # fact id -> what is known of it


@dataclass(frozen=True, slots=True)
class Condition:
    """A statement about one fact: it is one of ``values``, or a number ``at_least`` so large."""

    fact: str
    values: tuple[str, ...] = ()
    at_least: int = 0

    def holds(self, value: Value) -> bool:
        """Return whether the statement is true of ``value``."""
        return value in self.values if isinstance(value, str) else value >= self.at_least


def seen_in(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """Return who confirmed a stored entry (by, role, on), if that was written down."""
    return (entry.get("by", ""), entry.get("role", ""), entry["on"]) if entry.get("on") else ()


def merged(*sheets: Sheet) -> dict[str, Known]:
    """Return one sheet: what is confirmed beats what is inferred, then earlier sheets beat later ones."""
    result: dict[str, Known] = {}
    for sheet in sheets:
        for fact, known in sheet.items():
            held = result.get(fact)
            if held is None or (known.is_confirmed and not held.is_confirmed):
                result[fact] = known
    return result


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``fact`` is suggested to be ``value``; ``because`` names the code or the feature."""

    fact: str
    value: Value


@dataclass(frozen=True)
class Inference:
    """``features`` maps a hazard feature to the fact of the same meaning; ``from_features`` adds what a feature
    that is "yes" also suggests; ``industries`` maps a prefix of a GB/T 4754 code, the longest prefix wins."""

    features: Mapping[str, str]
    from_features: Mapping[str, tuple[Suggestion, ...]]
    industries: Mapping[str, tuple[Suggestion, ...]]

    def sheet(
        self,
        *,
        features: Mapping[str, Mapping[str, Any]],
        industry: str,
        headcount: int | None,
        confirmed: Mapping[str, Mapping[str, Any]] = NOTHING,
    ) -> dict[str, Known]:
        """Return the facts that a register row tells: its features, then what features and industry suggest.

        ``confirmed`` maps those of headcount and industry that a person confirmed to who did so when.
        """
        return merged(
            self._stated(features),
            self._counted(headcount, confirmed),
            self._suggested_by_features(features),
            self._suggested_by_industry(industry, confirmed),
        )

    def _stated(self, features: Mapping[str, Mapping[str, Any]]) -> dict[str, Known]:
        return {
            self.features[name]: Known(
                feature["value"], Origin(feature["origin"]), tuple(feature.get("words", ())), seen_in(feature)
            )
            for name, feature in features.items()
            if name in self.features and feature["value"] in (YES, NO)
        }

    def _counted(self, headcount: int | None, confirmed: Mapping[str, Mapping[str, Any]]) -> dict[str, Known]:
        if headcount is None:
            return {}
        if "headcount" not in confirmed:
            return {"headcount": Known(headcount, Origin.INFERRED)}
        return {"headcount": Known(headcount, Origin.CONFIRMED, (), seen_in(confirmed["headcount"]))}

    def _suggested_by_features(self, features: Mapping[str, Mapping[str, Any]]) -> dict[str, Known]:
        return {
            suggestion.fact: Known(suggestion.value, Origin.INFERRED, tuple(feature.get("words", ())))
            for name, feature in features.items()
            if feature["value"] == YES
            for suggestion in self.from_features.get(name, ())
        }

    def known_prefix(self, industry: str) -> str:
        """Return the longest prefix of an industry code that suggests something; equal prefixes suggest the same."""
        prefixes = (industry[:length] for length in range(len(industry), 0, -1))
        return next((prefix for prefix in prefixes if prefix in self.industries), "")

    def _suggested_by_industry(self, industry: str, confirmed: Mapping[str, Mapping[str, Any]]) -> dict[str, Known]:
        """What kind an industry is stands once a person confirmed its division; hazards of the kind stay inferred."""
        suggestions = self.industries.get(self.known_prefix(industry), ())
        sheet = {one.fact: Known(one.value, Origin.INFERRED, (industry,)) for one in suggestions}
        if "industry" in confirmed and len(industry) >= LENGTH_OF_DIVISION:
            seen = seen_in(confirmed["industry"])
            for fact in sheet.keys() - self.features.values():
                sheet[fact] = Known(sheet[fact].value, Origin.CONFIRMED, (industry,), seen)
        return sheet
