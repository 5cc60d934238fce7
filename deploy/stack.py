"""`make stack`: the full stack on one machine without containers.

A private PostgreSQL with a database per service, a private RabbitMQ with a user per service, and the processes of
processes.toml, all under one home. Whatever ends by itself is started again. Ctrl-C stops everything; the next
start finds its data.
"""

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path

import requests

from deploy.native import PostgreSQL, RabbitMQ
from deploy.native.programs import Program, free_port, wait_until
from deploy.native.supervisor import Supervisor
from deploy.processes import Role, roles
from deploy.provision import Secrets, create_databases, definitions_with_users, environment_of, grant_to_application
from shared.services import service_names

SISE = str(Path(sys.executable).with_name("sise"))
ROOT = Path(__file__).resolve().parent.parent


class Stack:
    """The servers and processes under one home; `processes.json` there names them with their pids."""

    def __init__(self, home: Path, *, port: int) -> None:
        home.mkdir(parents=True, exist_ok=True)
        home.chmod(0o711)  # the server's own account must be able to pass
        self.home, self.port = home, port
        self.secrets = Secrets.of(home / "secrets.json")
        self.postgresql = PostgreSQL(home / "postgresql")
        self.rabbitmq = RabbitMQ(home / "rabbitmq")
        self.supervisor = Supervisor(home / "processes.json", say)
        self._ports = {role.name: free_port() for role in roles() if role.listens} | {"gateway-api": port}

    def start(self) -> None:
        """Start servers, bring databases and broker up to date, start every process, wait until all answer."""
        say("Starting PostgreSQL and RabbitMQ …")
        self.supervisor.start([self.postgresql.program(), *self.rabbitmq.programs()])
        self.postgresql.wait_until_ready()
        create_databases(self.postgresql, self.secrets)
        self._run_once("migrate", "all", is_owner=True)
        grant_to_application(self.postgresql)
        self.rabbitmq.wait_until_ready()
        self.rabbitmq.import_definitions(definitions_with_users(self.secrets))
        self._run_once("administrator")
        say("Starting the services …")
        self.supervisor.start([self._program(role) for role in roles()])
        wait_until(self._is_ready, seconds=120, sentence=f"The services do not answer; their logs are in {self.home}.")
        write_environment(self.home / "environment", self.environment())
        say(f"Sise is ready on http://127.0.0.1:{self.port} (data and logs: {self.home}; stop with Ctrl-C)")

    def keep(self) -> None:
        """Keep everything running until SIGINT or SIGTERM."""
        ended = threading.Event()
        for asking in (signal.SIGINT, signal.SIGTERM):
            signal.signal(asking, lambda *_: ended.set())
        self.supervisor.keep(ended.wait)

    def stop(self) -> None:
        """Stop the services, then the servers."""
        say("Stopping …")
        self.supervisor.stop()

    def environment(self, service: str = "", *, is_owner: bool = False) -> dict[str, str]:
        """Return the settings of one service's processes; without a name, of an operator's commands."""
        addresses = {
            f"SISE_URL_{role.service.upper()}": f"http://127.0.0.1:{self._ports[role.name]}"
            for role in roles()
            if role.role == "api"
        }
        shown = [service] if service else service_names()
        broker = f"127.0.0.1:{self.rabbitmq.port}"
        places = environment_of(self.postgresql, self.secrets, broker=broker, services=shown, is_owner=is_owner)
        return {**given(), "SISE_HOME": str(self.home / "files"), **addresses, **places}

    def _program(self, role: Role) -> Program:
        bind = ("--bind", f"127.0.0.1:{self._ports[role.name]}") if role.listens else ()
        return Program(
            name=role.name,
            command=(SISE, role.role, role.service, *bind),
            log=self.home / f"{role.name}.log",
            environment=self.environment(role.service),
            directory=ROOT,
        )

    def _run_once(self, *command: str, is_owner: bool = False) -> None:
        """Run one command of `sise` with the whole system's settings and fail with its log when it fails."""
        log = self.home / f"{command[0]}.log"
        log.unlink(missing_ok=True)
        environment = self.environment(is_owner=is_owner)
        once = Program(name=command[0], command=(SISE, *command), log=log, environment=environment, directory=ROOT)
        if once.start().wait() != 0:
            raise SystemExit(f"sise {' '.join(command)} failed:\n{log.read_text()}")
        say(log.read_text().strip())

    def _is_ready(self) -> bool:
        return all(answers(port) for port in self._ports.values())


def given() -> dict[str, str]:
    """Return the settings that the caller gave for the whole system: demonstration, public address, log level …"""
    return {name: value for name, value in os.environ.items() if name.startswith("SISE_")}


def answers(port: int) -> bool:
    """Return whether the process behind a port says that it is ready."""
    try:
        return requests.get(f"http://127.0.0.1:{port}/readyz", timeout=2).ok
    except requests.RequestException:
        return False


def write_environment(path: Path, environment: dict[str, str]) -> None:
    """Write settings for `set -a; . environment`, readable by their owner only."""
    path.touch(mode=0o600)
    path.write_text("".join(f"{name}={json.dumps(value)}\n" for name, value in sorted(environment.items())))


def say(sentence: str) -> None:
    """Tell the operator something at once."""
    print(sentence, flush=True)


def main() -> None:
    """Run the stack until it is asked to stop."""
    parser = argparse.ArgumentParser(prog="python -m deploy.stack", description="The full stack without containers.")
    parser.add_argument("--home", type=Path, default=Path(".sise-stack"), help="data, logs and secrets")
    parser.add_argument("--port", type=int, default=8000, help="port of the gateway")
    chosen = parser.parse_args()
    stack = Stack(chosen.home.resolve(), port=chosen.port)
    try:
        stack.start()
        stack.keep()
    finally:
        stack.stop()


if __name__ == "__main__":
    main()
