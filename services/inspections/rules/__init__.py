"""The rule tables as data, and the readers that turn them into the domain's objects."""

from services.inspections.rules.reading import hazard_rules, major_hazards

__all__ = ["hazard_rules", "major_hazards"]
