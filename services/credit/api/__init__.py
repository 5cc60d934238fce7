"""The routes of credit, by topic."""

from services.credit.api.penalties import blp as penalties
from services.credit.api.penalties import public as public_penalties
from services.credit.api.violations import blp as violations

BLUEPRINTS = (violations, penalties, public_penalties)
