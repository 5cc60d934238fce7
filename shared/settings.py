"""Settings are read once from the environment into a frozen object; a process refuses to start with a bad one.

Every service has a ``settings.py`` of its own that extends ``ServiceSettings``; these are the only files that
look at the environment. The embedded way to run needs no setting at all: databases, bus and secret live in
``SISE_HOME``. The full stack names each database and broker and hands over the secret.
"""

import base64
import os
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from environs import Env, EnvError

SECRET_BYTES = 32
BUSES = ("amqp://", "amqps://", "embedded:")
INBOX_OUTLIVES_LOG = timedelta(days=1)  # at least: what may be sent again must still be remembered


class BadSettings(Exception):
    """A setting is missing or unusable; the text names it and says what to write."""


@dataclass(frozen=True)
class ServiceSettings:
    """What every service needs to know. URLs are SQLAlchemy and AMQP URLs; ``home`` exists after reading.

    ``keep_event_log`` and ``keep_inbox`` say how long emitted events and the ids of handled ones are kept.
    """

    service: str
    home: Path
    database_url: str
    bus_url: str
    service_urls: Mapping[str, str]
    secret_key: bytes
    public_url: str
    allowed_hosts: tuple[str, ...]
    is_demo: bool
    log_level: str
    keep_event_log: timedelta
    keep_inbox: timedelta

    @property
    def is_embedded(self) -> bool:
        """Whether the durable bus in the SQLite files is used instead of RabbitMQ."""
        return self.bus_url.startswith("embedded:")


S = TypeVar("S", bound=ServiceSettings)


def read(kind: type[S], service: str, *, environment: Mapping[str, str], **own: Any) -> S:
    """Return the settings of ``service`` as ``kind``; ``own`` are the fields that only this service has.

    Raises ``BadSettings`` with one sentence when something is missing or malformed.
    """
    env = _MappingEnv(environment)
    try:
        home = home_of(environment)
        shared: dict[str, Any] = {
            "service": service,
            "home": home,
            "database_url": env.str(f"SISE_DATABASE_URL_{service.upper()}", f"sqlite:///{home}/{service}.db"),
            "bus_url": env.str(f"SISE_BUS_URL_{service.upper()}", "embedded:"),
            "service_urls": _service_urls(environment),
            "secret_key": _secret_key(env.str("SISE_SECRET_KEY", ""), home),
            "public_url": env.str("SISE_PUBLIC_URL", "").rstrip("/"),
            "allowed_hosts": tuple(env.list("SISE_ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])),
            "is_demo": env.bool("SISE_DEMO", False),
            "log_level": env.str("SISE_LOG_LEVEL", "INFO").upper(),
            "keep_event_log": timedelta(days=env.int("SISE_KEEP_EVENT_LOG_DAYS", 14)),
            "keep_inbox": timedelta(days=env.int("SISE_KEEP_INBOX_DAYS", 30)),
        }
    except EnvError as problem:
        raise BadSettings(str(problem)) from problem
    if not shared["bus_url"].startswith(BUSES):
        raise BadSettings(f"SISE_BUS_URL_{service.upper()} must begin with {', '.join(BUSES)}: others lose messages.")
    if not timedelta() < shared["keep_event_log"] <= shared["keep_inbox"] - INBOX_OUTLIVES_LOG:
        raise BadSettings("SISE_KEEP_EVENT_LOG_DAYS must be at least 1 and less than SISE_KEEP_INBOX_DAYS.")
    return kind(**shared, **own)


def environment() -> dict[str, str]:
    """Return a copy of the process environment (the chassis' own reading of it)."""
    return dict(os.environ)


def whole_number(environment: Mapping[str, str], name: str, *, default: int) -> int:
    """Return the setting ``name`` as a number from 0; raises ``BadSettings``."""
    text = environment.get(name, str(default))
    if not text.isdigit():
        raise BadSettings(f"{name} must be a whole number.")
    return int(text)


def home_of(environment: Mapping[str, str]) -> Path:
    """Return the directory with this installation's files."""
    return Path(environment.get("SISE_HOME", ".sise")).resolve()


class _MappingEnv(Env):
    """environs over any mapping, so that settings can be read without touching the process environment."""

    def __init__(self, mapping: Mapping[str, str]) -> None:
        super().__init__()
        self._mapping = mapping

    def _get_value(self, env_key: str, default: Any) -> Any:
        return self._mapping.get(env_key, default)


def _service_urls(environment: Mapping[str, str]) -> dict[str, str]:
    prefix = "SISE_URL_"
    return {
        name.removeprefix(prefix).lower(): url.rstrip("/")
        for name, url in environment.items()
        if name.startswith(prefix)
    }


def _secret_key(text: str, home: Path) -> bytes:
    if text:
        return _decoded(text)
    home.mkdir(parents=True, exist_ok=True)
    file = home / "secret.key"
    if not file.exists():
        _write_once(file, base64.b64encode(secrets.token_bytes(SECRET_BYTES)))
    return _decoded(file.read_text())


def _write_once(file: Path, content: bytes) -> None:
    """Create ``file`` whole and readable by its owner only; another process may win, its content then stays."""
    with tempfile.NamedTemporaryFile(dir=file.parent) as draft:
        draft.write(content)
        draft.flush()
        with suppress(FileExistsError):
            os.link(draft.name, file)


def _decoded(text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except ValueError as problem:
        raise BadSettings("SISE_SECRET_KEY must be 32 bytes in base64.") from problem
    if len(key) != SECRET_BYTES or len(set(key)) < 8:
        raise BadSettings("SISE_SECRET_KEY must be 32 random bytes in base64 (openssl rand -base64 32).")
    return key
