"""Every read of risk: what is stored, why a grade is as it is, and the rule tables."""

from services.risk.queries.adjustments import (
    applied_rules,
    enterprise_of_override,
    occurrences_of,
    override_view,
    overrides,
    rule_application_view,
)
from services.risk.queries.explanations import explanation_of, fact_sheet_of, grade_version_view, grade_view
from services.risk.queries.results import CardResult, card_result, final_result, graded_result
from services.risk.queries.standings import (
    grade_versions,
    grades_after,
    standing_of,
    standings,
    visible_standing,
)
from services.risk.queries.tables_of_rules import CardNotFound, dynamic_rule_table, rule_table, rule_tables

__all__ = [
    "CardNotFound",
    "CardResult",
    "applied_rules",
    "card_result",
    "dynamic_rule_table",
    "enterprise_of_override",
    "explanation_of",
    "fact_sheet_of",
    "final_result",
    "grade_version_view",
    "grade_versions",
    "grade_view",
    "graded_result",
    "grades_after",
    "occurrences_of",
    "override_view",
    "overrides",
    "rule_application_view",
    "rule_table",
    "rule_tables",
    "standing_of",
    "standings",
    "visible_standing",
]
