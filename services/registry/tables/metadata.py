"""The metadata that all tables of the registry belong to."""

from shared.database import service_metadata

metadata = service_metadata()
