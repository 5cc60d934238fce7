"""The routes of risk, by topic."""

from services.risk.api.adjusting import blp as adjusting
from services.risk.api.grades import blp as grades

BLUEPRINTS = (grades, adjusting)
