"""What a register row suggests about a card's facts. A suggestion is inferred until a person confirms it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.risk.domain.facts import NO, YES, Known, Origin, Value, merged, seen_in


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
        self, *, features: Mapping[str, Mapping[str, Any]], industry: str, headcount: int | None
    ) -> dict[str, Known]:
        """Return the facts that a register row tells: its features, then what features and industry suggest."""
        return merged(
            self._stated(features),
            self._counted(headcount),
            self._suggested_by_features(features),
            self._suggested_by_industry(industry),
        )

    def _stated(self, features: Mapping[str, Mapping[str, Any]]) -> dict[str, Known]:
        return {
            self.features[name]: Known(
                feature["value"], Origin(feature["origin"]), tuple(feature.get("words", ())), seen_in(feature)
            )
            for name, feature in features.items()
            if name in self.features and feature["value"] in (YES, NO)
        }

    def _counted(self, headcount: int | None) -> dict[str, Known]:
        return {} if headcount is None else {"headcount": Known(headcount, Origin.INFERRED)}

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

    def _suggested_by_industry(self, industry: str) -> dict[str, Known]:
        return {
            suggestion.fact: Known(suggestion.value, Origin.INFERRED, (industry,))
            for suggestion in self.industries.get(self.known_prefix(industry), ())
        }
