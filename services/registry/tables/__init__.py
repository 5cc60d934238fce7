"""Tables of the registry. Times are UTC, points WGS-84 degrees, counts are persons or rows."""

from services.registry.tables.enterprises import (
    division,
    division_boundary,
    enterprise,
    enterprise_apart,
    enterprise_history,
    park,
    transfer,
)
from services.registry.tables.grids import grid, grid_member, staff
from services.registry.tables.imports import import_batch, import_correction, import_error, import_row
from services.registry.tables.intermediaries import (
    intermediary,
    intermediary_document,
    intermediary_staff,
    service_contract,
)
from services.registry.tables.metadata import metadata
from services.registry.tables.obligations import decision, obligation, obligation_history
from services.registry.tables.persons import person
from services.registry.tables.surveys import survey

__all__ = [
    "decision",
    "division",
    "division_boundary",
    "enterprise",
    "enterprise_apart",
    "enterprise_history",
    "grid",
    "grid_member",
    "import_batch",
    "import_correction",
    "import_error",
    "import_row",
    "intermediary",
    "intermediary_document",
    "intermediary_staff",
    "metadata",
    "park",
    "person",
    "service_contract",
    "obligation",
    "obligation_history",
    "staff",
    "survey",
    "transfer",
]
