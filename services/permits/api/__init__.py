"""The routes of permits, by topic."""

from services.permits.api.commitments import blp as commitments
from services.permits.api.enterprises import blp as enterprises
from services.permits.api.people import blp as people
from services.permits.api.signers import blp as signers

BLUEPRINTS = (commitments, enterprises, people, signers)
