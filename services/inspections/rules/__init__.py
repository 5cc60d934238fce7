"""The rule tables as data, and the readers that turn them into the domain's objects."""

from services.inspections.rules.reading import check_tables, hazard_rules, major_hazards, tiers

__all__ = ["check_tables", "hazard_rules", "major_hazards", "tiers"]
