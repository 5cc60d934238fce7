"""Settings of the registry; the only file of the service that sees the environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from shared.settings import ServiceSettings, environment, read


@dataclass(frozen=True)
class Settings(ServiceSettings):
    """`district` replaces the home district of rules/divisions.toml when it is not empty."""

    district: str = ""


def from_env(variables: Mapping[str, str] | None = None) -> Settings:
    """Return the settings read from `variables` (the process environment when absent); raises `BadSettings`."""
    given = environment() if variables is None else variables
    return read(Settings, "registry", environment=given, district=given.get("SISE_DISTRICT", ""))


@cache
def home_district() -> str:
    """Return the district of this process, for the message side, which gets no settings object."""
    return environment().get("SISE_DISTRICT", "")
