"""What the servers of the full stack must hold before the services start: databases, roles, rights, users."""

import base64
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from psycopg import sql

from deploy.databases import DatabaseServer
from shared.bus.topology import definitions, topology_of_services
from shared.services import service_names

APPEND_ONLY = ("audit_entry", "audit_link", "audit_seal")


@dataclass(frozen=True)
class Secrets:
    """Generated once per home. Passwords are derived per service and purpose, none is shared."""

    secret_key: str
    passwords: dict[str, str]

    @classmethod
    def of(cls, path: Path) -> "Secrets":
        """Read the secrets of a home, or make them; the file is readable by its owner only."""
        found = cls(**json.loads(path.read_text())) if path.exists() else cls(_random_key(), {})
        for name in _password_names():
            found.passwords.setdefault(name, secrets.token_urlsafe(24))
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(found)))
        return found

    @classmethod
    def given(cls, environment: Mapping[str, str]) -> "Secrets":
        """Read the secrets from variables like IDENTITY_OWNER; a missing one is a KeyError that names it."""
        passwords = {name: environment[name.upper().replace(".", "_")] for name in _password_names()}
        return cls(environment["SISE_SECRET_KEY"], passwords)


def create_databases(server: DatabaseServer, known: Secrets) -> None:
    """Create for each service a database, the role that owns its tables and the role that works with them."""
    for name in service_names():
        server.ensure_role(owner_of(name), known.passwords[f"{name}.owner"])
        server.ensure_role(name, known.passwords[f"{name}.application"])
        server.ensure_database(name, owner=owner_of(name))


def grant_to_application(server: DatabaseServer) -> None:
    """Let each application role read and write rows, but neither change tables nor the audit trail's past."""
    for name in service_names():
        database, role = sql.Identifier(name), sql.Identifier(name)
        server.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(database, role))
        server.execute(*(statement.format(role=role) for statement in _rights()), database=name)


def definitions_with_users(known: Secrets) -> dict[str, Any]:
    """Return the broker's definitions with one user per service."""
    passwords = {name: known.passwords[f"{name}.broker"] for name in service_names()}
    return definitions(topology_of_services(), passwords=passwords)


def environment_of(
    server: DatabaseServer, known: Secrets, *, broker: str, services: Sequence[str], is_owner: bool = False
) -> dict[str, str]:
    """Return where these services find database and broker (host:port), and as whom; plus the secret key."""
    settings = {"SISE_SECRET_KEY": known.secret_key}
    for name in services:
        role, purpose = (owner_of(name), "owner") if is_owner else (name, "application")
        password = known.passwords[f"{name}.{purpose}"]
        settings[f"SISE_DATABASE_URL_{name.upper()}"] = server.url(name, user=role, password=password)
        settings[f"SISE_BUS_URL_{name.upper()}"] = f"amqp://{name}:{known.passwords[f'{name}.broker']}@{broker}/sise"
    return settings


def owner_of(service: str) -> str:
    """Return the role that owns a service's tables; only migrations use it."""
    return f"{service}_owner"


def _password_names() -> list[str]:
    return [f"{name}.{purpose}" for name in service_names() for purpose in ("owner", "application", "broker")]


def _rights() -> list[sql.SQL]:
    fixed = [sql.SQL(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {{role}}") for table in APPEND_ONLY]
    return [
        sql.SQL("GRANT USAGE ON SCHEMA public TO {role}"),
        sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}"),
        sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}"),
        *fixed,
    ]


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
