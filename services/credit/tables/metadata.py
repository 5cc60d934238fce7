"""The metadata that all tables of credit belong to."""

from shared.database import service_metadata

metadata = service_metadata()
