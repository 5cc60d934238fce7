"""The routes of permits, by topic."""

from services.permits.api.attachments import blp as attachments
from services.permits.api.commitments import blp as commitments
from services.permits.api.conflicts import blp as conflicts
from services.permits.api.declarations import blp as declarations
from services.permits.api.doings import blp as doings
from services.permits.api.enterprises import blp as enterprises
from services.permits.api.forms import blp as forms
from services.permits.api.papers import blp as papers
from services.permits.api.people import blp as people
from services.permits.api.permits import blp as permits
from services.permits.api.places import blp as places
from services.permits.api.reviews import blp as reviews
from services.permits.api.signers import blp as signers
from services.permits.api.statistics import blp as statistics
from services.permits.api.stop_orders import blp as stop_orders

BLUEPRINTS = (
    attachments,
    commitments,
    declarations,
    enterprises,
    forms,
    papers,
    people,
    permits,
    reviews,
    signers,
    statistics,
    stop_orders,
    places,
    doings,
    conflicts,
)
