"""The metadata that all tables of inspections belong to."""

from shared.database import service_metadata

metadata = service_metadata()
