"""The routes of risk, by topic."""

from services.risk.api.adjusting import blp as adjusting
from services.risk.api.adjusting import policies
from services.risk.api.assessing import blp as assessing
from services.risk.api.grades import blp as grades
from services.risk.api.watching import blp as watching

BLUEPRINTS = (grades, adjusting, policies, assessing, watching)
