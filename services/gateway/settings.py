"""Settings of the gateway, read once from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.settings import BadSettings, ServiceSettings, read


@dataclass(frozen=True)
class Settings(ServiceSettings):
    """``trusted_proxies`` is how many hops of ``X-Forwarded-For`` are ours; limits are per minute."""

    trusted_proxies: int = 0
    requests_per_minute: int = 3000
    sign_ins_per_minute: int = 20
    most_streams: int = 12
    session_idle_minutes: int = 120


def from_env(environ: Mapping[str, str]) -> Settings:
    """Return the settings; raises ``BadSettings`` when one is unusable."""
    names = {
        "trusted_proxies": "SISE_TRUSTED_PROXIES",
        "requests_per_minute": "SISE_REQUESTS_PER_MINUTE",
        "sign_ins_per_minute": "SISE_SIGN_INS_PER_MINUTE",
        "most_streams": "SISE_MOST_STREAMS",
        "session_idle_minutes": "SISE_SESSION_IDLE_MINUTES",
    }
    given = {field: _count(name, environ[name]) for field, name in names.items() if name in environ}
    return read(Settings, "gateway", environment=environ, **given)


def _count(name: str, text: str) -> int:
    if not text.isdigit():
        raise BadSettings(f"{name} must be a whole number.")
    return int(text)
