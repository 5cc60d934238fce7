"""A private RabbitMQ node: own name, own epmd, own cookie, free ports of 127.0.0.1, management plugin on."""

import json
import secrets
import subprocess
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

from deploy.native.programs import Program, ServerMissing, find_binary, free_port, inherited, stop, wait_until

SCRIPTS = "/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin"
CONFIGURATION = """\
listeners.tcp.1 = 127.0.0.1:{port}
management.tcp.ip = 127.0.0.1
management.tcp.port = {management_port}
default_user = operator
default_pass = {password}
default_vhost = sise
loopback_users = none
log.console = true
log.console.level = warning
log.file = false
disk_free_limit.absolute = 200MB
"""


class RabbitMQ:
    """One node under `home`; the same home can be opened by another program while this one runs it."""

    vhost = "sise"
    operator = "operator"

    def __init__(self, home: Path) -> None:
        self.home = home
        self._children: list[subprocess.Popen[bytes]] = []
        known = home / "server.json"
        facts = json.loads(known.read_text()) if known.exists() else _initialise(home)
        self.port: int = facts["port"]
        self.password: str = facts["password"]
        self._epmd_port: int = facts["epmd_port"]
        self._distribution_port: int = facts["distribution_port"]
        self.management_url = f"http://127.0.0.1:{facts['management_port']}"

    def url(self, user: str | None = None, password: str | None = None) -> str:
        """Return the AMQP URL for a user; for the operator when none is named."""
        user, password = user or self.operator, password or self.password
        return f"amqp://{quote(user)}:{quote(password)}@127.0.0.1:{self.port}/{quote(self.vhost, safe='')}"

    def programs(self) -> list[Program]:
        """Return how the port mapper and the node are run, for a supervisor, in the order of their start."""
        epmd = find_binary("epmd", "/usr/lib/erlang/bin", package="rabbitmq-server")
        return [
            self._program("epmd", epmd, "-address", "127.0.0.1", "-port", str(self._epmd_port)),
            self._program("rabbitmq", _script("rabbitmq-server")),
        ]

    def start(self) -> "RabbitMQ":
        """Run the node as a child of this program and wait until it answers."""
        self._children = [program.start() for program in self.programs()]
        self.wait_until_ready()
        return self

    def wait_until_ready(self) -> None:
        """Wait up to 90 s until the node answers; raise ServerMissing otherwise."""
        sentence = f"RabbitMQ does not answer; its log is {self.home / 'rabbitmq.log'}."
        wait_until(self.is_ready, seconds=90, sentence=sentence)

    def is_ready(self) -> bool:
        """Return whether the node runs and its virtual host is up."""
        try:
            return self._management.get(f"{self.management_url}/api/vhosts/{self.vhost}", timeout=2).ok
        except requests.RequestException:
            return False

    def stop(self) -> None:
        """Stop the node and its port mapper if this object started them."""
        for child in reversed(self._children):
            stop(child)
        self._children = []

    def kill(self) -> None:
        """Kill the node at once, as a power failure would; `start` brings it back with its messages."""
        for child in reversed(self._children):
            child.kill()
            child.wait()
        self._children = []

    def import_definitions(self, definitions: Mapping[str, Any]) -> None:
        """Create the users, permissions, exchanges, queues and policies of a definitions document."""
        answer = self._management.post(f"{self.management_url}/api/definitions", json=definitions, timeout=30)
        if not answer.ok:
            raise ServerMissing(f"RabbitMQ refuses the definitions: {answer.text[:300]}")

    def purge(self) -> None:
        """Empty every queue of the virtual host."""
        for queue in self.get(f"queues/{self.vhost}"):
            self._management.delete(
                f"{self.management_url}/api/queues/{self.vhost}/{quote(queue['name'])}/contents", timeout=10
            ).raise_for_status()

    def get(self, path: str) -> Any:
        """Return what the management interface says at `/api/<path>`."""
        answer = self._management.get(f"{self.management_url}/api/{path}", timeout=10)
        answer.raise_for_status()
        return answer.json()

    def control(self, *arguments: str) -> str:
        """Run rabbitmqctl against this node and return what it prints."""
        command = [_script("rabbitmqctl"), "--node", self._node, "--quiet", *arguments]
        environment = inherited() | self._environment
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, env=environment)
        return done.stdout

    @cached_property
    def _management(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.auth = (self.operator, self.password)
        return session

    @property
    def _node(self) -> str:
        return f"sise-{self.port}@localhost"

    @property
    def _environment(self) -> dict[str, str]:
        return {
            "HOME": str(self.home),
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": self._node,
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_CONFIG_FILE": str(self.home / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": str(self.home / "rabbitmq-env.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.home / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(self.home / "node"),
            "RABBITMQ_LOG_BASE": str(self.home / "log"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            # Makes the start script become the node instead of its parent, so that the pid we hold is the node's.
            "RUNNING_UNDER_SYSTEMD": "true",
        }

    def _program(self, name: str, *command: str) -> Program:
        log = self.home / f"{name}.log"
        return Program(name=name, command=command, log=log, environment=self._environment, directory=self.home)


def _initialise(home: Path) -> dict[str, Any]:
    _script("rabbitmq-server")
    names = ("port", "management_port", "epmd_port", "distribution_port")
    facts: dict[str, Any] = {name: free_port() for name in names} | {"password": secrets.token_urlsafe(24)}
    home.mkdir(parents=True, exist_ok=True)
    _write(home / ".erlang.cookie", secrets.token_hex(20), mode=0o400)
    _write(home / "rabbitmq.conf", CONFIGURATION.format(**facts))
    _write(home / "rabbitmq-env.conf", "")
    _write(home / "enabled_plugins", "[rabbitmq_management].\n")
    _write(home / "server.json", json.dumps(facts))
    return facts


def _write(path: Path, text: str, *, mode: int = 0o600) -> None:
    path.write_text(text)
    path.chmod(mode)


def _script(name: str) -> str:
    return find_binary(name, SCRIPTS, package="rabbitmq-server")
