"""Settings of the gateway, read once from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.settings import BadSettings, ServiceSettings, read, whole_number

PLACES = ("{z}", "{x}", "{y}")


@dataclass(frozen=True)
class Settings(ServiceSettings):
    """``trusted_proxies`` is how many hops of ``X-Forwarded-For`` are ours; limits are per minute.

    ``base_map`` are the addresses of image tiles, the lowest layer first, with ``{z}``, ``{x}``, ``{y}`` and ``{key}``;
    the key stays here. ``base_map_credit`` is what its owner wants to be named.
    """

    trusted_proxies: int = 0
    requests_per_minute: int = 3000
    sign_ins_per_minute: int = 20
    most_streams: int = 12
    session_idle_minutes: int = 120
    base_map: tuple[str, ...] = ()
    base_map_key: str = field(default="", repr=False)
    base_map_credit: str = ""


def from_env(environ: Mapping[str, str]) -> Settings:
    """Return the settings; raises ``BadSettings`` when one is unusable."""
    names = {
        "trusted_proxies": "SISE_TRUSTED_PROXIES",
        "requests_per_minute": "SISE_REQUESTS_PER_MINUTE",
        "sign_ins_per_minute": "SISE_SIGN_INS_PER_MINUTE",
        "most_streams": "SISE_MOST_STREAMS",
        "session_idle_minutes": "SISE_SESSION_IDLE_MINUTES",
    }
    given = {field: whole_number(environ, name, default=0) for field, name in names.items() if name in environ}
    return read(
        Settings,
        "gateway",
        environment=environ,
        base_map=_base_map(environ.get("SISE_BASE_MAP", "")),
        base_map_key=environ.get("SISE_BASE_MAP_KEY", ""),
        base_map_credit=environ.get("SISE_BASE_MAP_CREDIT", ""),
        **given,
    )


def _base_map(text: str) -> tuple[str, ...]:
    layers = tuple(text.split())
    for layer in layers:
        if not layer.startswith(("https://", "http://")) or not all(place in layer for place in PLACES):
            raise BadSettings("SISE_BASE_MAP must hold addresses of tiles with {z}, {x} and {y} in them.")
    return layers
