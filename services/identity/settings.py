"""Settings of identity."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.settings import ServiceSettings, environment, read

REFERENCE_DISTRICT = "331002"


@dataclass(frozen=True)
class Settings(ServiceSettings):
    """``district`` is the division (6 digits) of the first administrator; ``admin_password`` may be empty."""

    district: str
    admin_password: str


def from_env(variables: Mapping[str, str] | None = None) -> Settings:
    """Return the settings read from ``variables`` (the process environment when absent)."""
    given = environment() if variables is None else variables
    return read(
        Settings,
        "identity",
        environment=given,
        district=given.get("SISE_DISTRICT", REFERENCE_DISTRICT),
        admin_password=given.get("SISE_ADMIN_PASSWORD", ""),
    )
