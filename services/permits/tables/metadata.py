"""The metadata that all tables of permits belong to."""

from shared.database import service_metadata

metadata = service_metadata()
