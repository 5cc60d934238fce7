"""Tables of permits. Times are UTC, days those of the district, points WGS-84 degrees."""

from services.permits.tables.commitments import (
    commitment,
    commitment_step,
    commitment_version,
)
from services.permits.tables.declarations import (
    declaration,
    declared_job,
    declared_job_step,
    undeclared_work,
)
from services.permits.tables.enterprises import (
    duty_period,
    enterprise,
    halt,
    major_hazard,
    merged_enterprise,
    obligation,
    standing,
)
from services.permits.tables.metadata import (
    metadata,
)
from services.permits.tables.papers import permit_paper
from services.permits.tables.people import (
    certificate,
    fitness,
    mandate,
    person,
)
from services.permits.tables.permits import (
    gas_test,
    permit,
    permit_measure,
    permit_person,
    permit_series,
    permit_signature,
    permit_step,
)
from services.permits.tables.places import doing, place
from services.permits.tables.reviews import (
    pilot,
    review,
)
from services.permits.tables.stop_orders import (
    stop_order,
    stop_order_step,
)
from services.permits.tables.suspensions import alarm, listing

__all__ = [
    "alarm",
    "listing",
    "certificate",
    "commitment",
    "commitment_step",
    "commitment_version",
    "declaration",
    "declared_job",
    "declared_job_step",
    "doing",
    "duty_period",
    "enterprise",
    "fitness",
    "gas_test",
    "halt",
    "major_hazard",
    "mandate",
    "merged_enterprise",
    "metadata",
    "obligation",
    "permit",
    "permit_measure",
    "permit_paper",
    "permit_person",
    "permit_series",
    "permit_signature",
    "permit_step",
    "person",
    "pilot",
    "review",
    "place",
    "standing",
    "stop_order",
    "stop_order_step",
    "undeclared_work",
]
