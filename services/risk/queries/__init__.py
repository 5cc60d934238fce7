"""Every read of risk: what is stored, why a grade is as it is, and the rule tables."""

from services.risk.queries.explanations import explanation_of, fact_sheet_of, grade_version_view, grade_view
from services.risk.queries.standings import (
    grade_versions,
    grades_after,
    standing_of,
    standings,
    visible_standing,
)
from services.risk.queries.tables_of_rules import CardNotFound, rule_table, rule_tables

__all__ = [
    "CardNotFound",
    "explanation_of",
    "fact_sheet_of",
    "grade_version_view",
    "grade_versions",
    "grade_view",
    "grades_after",
    "rule_table",
    "rule_tables",
    "standing_of",
    "standings",
    "visible_standing",
]
