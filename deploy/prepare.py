"""Prepares the servers of a container installation, then ends: what the stack does natively, for compose.

Safe to repeat: what exists stays, passwords are set to the given ones, migrations go on where they ended.
"""

import os
import subprocess
import sys
from pathlib import Path

from deploy.databases import DatabaseServer
from deploy.provision import Secrets, create_databases, definitions_with_users, environment_of, grant_to_application
from shared.bus.management import apply
from shared.services import service_names

SISE = str(Path(sys.executable).with_name("sise"))


def main() -> None:
    """Create databases, roles, broker users and queues, migrate, and make the administrator."""
    known = Secrets.given(os.environ)
    server = DatabaseServer(
        os.environ.get("POSTGRES_HOST", "postgresql"), 5432, password=os.environ["POSTGRES_PASSWORD"]
    )
    broker = os.environ.get("RABBITMQ_HOST", "rabbitmq")
    create_databases(server, known)
    owners = environment_of(server, known, broker=broker, services=service_names(), is_owner=True)
    subprocess.run([SISE, "migrate", "all"], check=True, env={**os.environ, **owners})
    grant_to_application(server)
    operator = ("operator", os.environ["RABBITMQ_PASSWORD"])
    apply(f"http://{broker}:15672", operator, document=definitions_with_users(known))
    subprocess.run([SISE, "administrator"], check=True)


if __name__ == "__main__":
    main()
