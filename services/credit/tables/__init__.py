"""Tables of credit. Times are UTC, days those of the district, money is yuan."""

from services.credit.tables.accidents import accident
from services.credit.tables.cases import listing_case, listing_delivery, listing_person, listing_step
from services.credit.tables.enterprises import enterprise, merged_enterprise
from services.credit.tables.exposures import exposure, exposure_objection, exposure_step
from services.credit.tables.limits import due_limit
from services.credit.tables.metadata import metadata
from services.credit.tables.penalties import penalty, penalty_step, violation
from services.credit.tables.ratings import attestation, rating, rating_policy, standardisation
from services.credit.tables.restrictions import check_receipt, restriction, restriction_step, watched
from services.credit.tables.suggestions import closure, major_hazard, suggestion

__all__ = [
    "accident",
    "check_receipt",
    "closure",
    "due_limit",
    "major_hazard",
    "suggestion",
    "enterprise",
    "listing_case",
    "listing_delivery",
    "listing_person",
    "listing_step",
    "exposure",
    "exposure_objection",
    "exposure_step",
    "merged_enterprise",
    "metadata",
    "rating",
    "rating_policy",
    "attestation",
    "standardisation",
    "restriction",
    "restriction_step",
    "watched",
    "penalty",
    "penalty_step",
    "violation",
]
