"""Tables of credit. Times are UTC, days those of the district, money is yuan."""

from services.credit.tables.enterprises import enterprise, merged_enterprise
from services.credit.tables.metadata import metadata

__all__ = [
    "enterprise",
    "merged_enterprise",
    "metadata",
]
