"""Settings of credit; the only file of the service that sees the environment."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.settings import ServiceSettings, environment, read


@dataclass(frozen=True)
class Settings(ServiceSettings):
    """Nothing beyond what every service has."""


def from_env(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings once; raises ``BadSettings`` with one sentence when something is missing."""
    return read(Settings, "credit", environment=environment() if environ is None else environ)
