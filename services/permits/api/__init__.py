"""The routes of permits, by topic."""

from services.permits.api.commitments import blp as commitments
from services.permits.api.enterprises import blp as enterprises

BLUEPRINTS = (commitments, enterprises)
