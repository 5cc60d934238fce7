"""Tables of permits. Times are UTC, days those of the district, points WGS-84 degrees."""

from services.permits.tables.commitments import commitment, commitment_step, commitment_version
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

__all__ = [
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
