"""Tables of permits. Times are UTC, days those of the district, points WGS-84 degrees."""

from services.permits.tables.commitments import commitment, commitment_step, commitment_version
from services.permits.tables.declarations import declaration, declared_job, declared_job_step, undeclared_work
from services.permits.tables.enterprises import (
    duty_period,
    enterprise,
    halt,
    major_hazard,
    merged_enterprise,
    obligation,
    standing,
)
from services.permits.tables.metadata import metadata
from services.permits.tables.people import certificate, fitness, mandate, person
from services.permits.tables.reviews import pilot, review
from services.permits.tables.stop_orders import stop_order, stop_order_step

__all__ = [
    "stop_order_step",
    "stop_order",
    "review",
    "pilot",
    "undeclared_work",
    "declared_job_step",
    "declared_job",
    "declaration",
    "certificate",
    "fitness",
    "mandate",
    "person",
    "commitment",
    "commitment_step",
    "commitment_version",
    "duty_period",
    "enterprise",
    "halt",
    "major_hazard",
    "merged_enterprise",
    "metadata",
    "obligation",
    "standing",
]
