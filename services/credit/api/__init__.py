"""The routes of credit, by topic."""

from services.credit.api.violations import blp as violations

BLUEPRINTS = (violations,)
